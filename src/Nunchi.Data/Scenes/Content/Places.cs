using Nunchi.Data.Corpus;

namespace Nunchi.Data.Scenes.Content;

/// <summary>Names that signs, cards and receipts carry: places, roads, people, companies, rooms.</summary>
internal static class Places
{
    private static readonly string[] Towns = """
        서울 부산 대구 인천 광주 대전 울산 세종 수원 성남 고양 용인 부천 안산 안양 남양주 화성 평택 의정부 시흥 파주 김포 광명 군포 하남 오산 이천 안성 구리 의왕 포천 양주 여주 동두천 과천 가평 양평 연천
        춘천 원주 강릉 동해 태백 속초 삼척 홍천 횡성 영월 평창 정선 철원 화천 양구 인제 고성 양양 청주 충주 제천 보은 옥천 영동 증평 진천 괴산 음성 단양 천안 공주 보령 아산 서산 논산 계룡 당진 금산 부여 서천
        청양 홍성 예산 태안 전주 군산 익산 정읍 남원 김제 완주 진안 무주 장수 임실 순창 고창 부안 목포 여수 순천 나주 광양 담양 곡성 구례 고흥 보성 화순 장흥 강진 해남 영암 무안 함평 영광 장성 완도 진도
        포항 경주 김천 안동 구미 영주 영천 상주 문경 경산 의성 청송 영양 영덕 청도 고령 성주 칠곡 예천 봉화 울진 창원 진주 통영 사천 김해 밀양 거제 양산 의령 함안 창녕 남해 하동 산청 함양 거창 합천 제주 서귀포
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static readonly string[] Sights =
        ["경복궁", "창덕궁", "불국사", "석굴암", "해운대", "남이섬", "설악산", "한라산", "지리산", "북한산", "민속촌", "수목원", "박물관", "미술관", "전망대", "해수욕장", "온천", "휴양림", "동물원", "식물원", "성곽길", "향교", "서원", "폭포", "동굴", "습지", "천문대", "야영장", "시청", "공항", "터미널", "항구", "경기장", "대학교"];

    private static readonly string[] RoadParts = ["중앙", "시청", "역전", "강변", "산업", "대학", "공원", "시장", "한밭", "무궁화", "소나무", "느티나무", "벚꽃", "해바라기", "달맞이", "은하수", "세종", "충무", "퇴계", "율곡", "을지", "판교", "테헤란", "양재", "송파", "가람", "누리", "새싹", "푸른숲", "꽃마을", "샛별", "여울", "두물", "돌다리", "옛길", "장터"];

    private static readonly string[] Surnames = ["김", "이", "박", "최", "정", "강", "조", "윤", "장", "임", "한", "오", "서", "신", "권", "황", "안", "송", "류", "홍", "전", "고", "문", "손", "양", "배", "백", "허", "남", "심", "노", "하", "곽", "성", "차", "주", "우", "구", "나", "민"];
    private static readonly string[] GivenFirst = ["민", "서", "지", "하", "도", "예", "수", "현", "은", "준", "유", "시", "윤", "승", "정", "영", "태", "진", "재", "성", "나", "다", "소", "미", "경", "동", "상", "혜", "보", "가"];
    private static readonly string[] GivenSecond = ["준", "연", "우", "윤", "은", "진", "호", "민", "아", "현", "서", "영", "희", "수", "정", "경", "원", "빈", "철", "숙", "미", "란", "석", "훈", "혁", "람", "율", "솔", "림", "나"];

    private static readonly string[] CompanyEndings = ["전자", "건설", "물산", "산업", "상사", "기획", "디자인", "소프트", "식품", "화학", "무역", "출판", "운송", "보험", "투자", "연구소", "법률사무소", "여행사", "인쇄", "엔지니어링"];

    public static readonly string[] JobTitles = ["대표", "사장", "이사", "부장", "차장", "과장", "대리", "사원", "팀장", "실장", "소장", "원장", "연구원", "교수", "변호사", "기자", "매니저", "디자이너", "주임", "본부장"];

    private static readonly string[] Rooms = ["회의실", "교무실", "보건실", "도서실", "음악실", "미술실", "과학실", "컴퓨터실", "체육관", "강당", "급식실", "상담실", "방송실", "행정실", "교장실", "휴게실", "탕비실", "자료실", "기계실", "전기실", "창고", "화장실", "샤워실", "탈의실", "대기실", "진료실", "주사실", "수술실", "검사실", "접수실", "연구실", "실험실", "강의실", "사무실", "관리실", "경비실", "당직실", "응접실", "소회의실", "대회의실"];

    public static string Town(SceneBuilder b) => b.Random.Chance(0.75) && !b.IsStrange() ? SplitChoice.Pick(b, Towns, w => w) : Words.Invented(b, 2, 3, 0.05);

    public static string Sight(SceneBuilder b) => SplitChoice.Pick(b, Sights, w => w);

    public static string Destination(SceneBuilder b) => b.Random.Weighted([5, 2, 2]) switch { 0 => Town(b), 1 => Sight(b), _ => b.Random.Pick(RoadParts) + b.Random.Pick("동", "교", "사거리", "나들목", "터널", "공원") };

    public static string Road(SceneBuilder b) => (b.Random.Chance(0.6) ? b.Random.Pick(RoadParts) : Words.Invented(b, 2, 3, 0.05)) + b.Random.Pick("로", "로", "길", "대로", $"로{b.Random.Between(1, 99)}번길");

    public static string Person(SceneBuilder b)
    {
        while (true)
        {
            string name = b.Random.Pick(Surnames) + b.Random.Pick(GivenFirst) + b.Random.Pick(GivenSecond);
            if (SplitChoice.Fits(b.Split, name))
                return name;
        }
    }

    public static string Company(SceneBuilder b) => (b.Random.Chance(0.3) ? "(주)" : "") + (b.Random.Chance(0.5) ? Words.Invented(b, 2, 3) : b.Random.Pick("한빛", "대성", "미래", "우리", "동방", "새길", "가온", "누리", "태산", "한강", "청솔", "금강", "백두", "오름", "하늘")) + b.Random.Pick(CompanyEndings);

    public static string Room(SceneBuilder b) => SplitChoice.Pick(b, Rooms, w => w);

    public static string Stop(SceneBuilder b) => b.Random.Weighted([2, 2, 2, 1, 1]) switch
    {
        0 => b.Random.From(b.Split == SceneSplit.HeldOut && b.Random.Chance(0.6) ? Stations.HeldOut : Stations.Training).Full,
        1 => b.Random.Pick(RoadParts) + b.Random.Pick("초등학교", "중학교", "아파트", "시장", "공원", "사거리", "삼거리", "우체국", "주민센터", "도서관", "교차로"),
        2 => Words.Invented(b, 2, 3, 0.03) + b.Random.Pick("동", "마을", "초등학교", "사거리", "아파트", "입구", "시장"),
        3 => Sight(b),
        _ => Town(b) + b.Random.Pick("시청", "터미널", "병원", "대학교"),
    };

    public static string Address(SceneBuilder b) => $"{Town(b)}시 {Road(b)} {b.Random.Between(1, 320)}";

    public static string Date(SceneBuilder b)
    {
        int year = b.Random.Between(2018, 2029), month = b.Random.Between(1, 12), day = b.Random.Between(1, 28);
        return b.Random.Next(4) switch { 0 => $"{year}-{month:00}-{day:00}", 1 => $"{year}.{month:00}.{day:00}", 2 => $"{year}년 {month}월 {day}일", _ => $"{year}/{month:00}/{day:00}" };
    }

    public static string Hours(SceneBuilder b)
    {
        int open = b.Random.Between(6, 11), close = b.Random.Between(17, 23);
        return b.Random.Next(3) switch { 0 => $"{open:00}:00~{close}:00", 1 => $"{open:00}:{b.Random.Pick(0, 30):00} - {close}:{b.Random.Pick(0, 30):00}", _ => $"{open}시~{close}시" };
    }
}
