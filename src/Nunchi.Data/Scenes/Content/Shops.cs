namespace Nunchi.Data.Scenes.Content;

/// <summary>A kind of shop: its key, Korean and English word, how its names end, what its sign may add, and what it sells.</summary>
internal sealed record Business(string Key, string Korean, string English, string[] Endings, string[] Offers, IReadOnlyList<Goods> Sells);

/// <summary>Shops: kinds and invented names.</summary>
internal static class Shops
{
    public static IReadOnlyList<Business> All { get; } =
    [
        new("cafe", "카페", "cafe", ["카페", "커피", "다방", "찻집", "커피숍"], ["커피", "디저트", "원두", "수제 쿠키", "COFFEE", "테이크아웃", "생과일주스"], GoodsLists.Cafe),
        new("restaurant", "식당", "restaurant", ["식당", "밥집", "분식", "가든", "회관", "반점", "국수", "김밥", "칼국수", "해장국"], ["백반 전문", "단체 환영", "포장 됩니다", "원조", "30년 전통", "24시간", "예약 환영"], GoodsLists.Kitchen),
        new("pharmacy", "약국", "pharmacy", ["약국"], ["처방 조제", "건강 상담", "일반 의약품", "PHARMACY"], GoodsLists.Grocery),
        new("hospital", "병원", "hospital", ["의원", "병원", "치과", "한의원", "안과", "내과", "소아과"], ["야간 진료", "토요일 진료", "예방 접종", "물리 치료"], []),
        new("bakery", "빵집", "bakery", ["제과", "베이커리", "빵집", "과자점"], ["갓 구운 빵", "생일 케이크", "식빵", "BAKERY"], GoodsLists.Cafe),
        new("hair salon", "미용실", "hair salon", ["미용실", "헤어", "헤어샵", "이발소"], ["커트", "파마", "염색", "HAIR", "남성 커트 9,000원"], []),
        new("bookstore", "서점", "bookstore", ["서점", "문고", "책방", "서림"], ["새 책", "헌책", "참고서", "문구", "BOOKS"], GoodsLists.Grocery),
        new("flower shop", "꽃집", "flower shop", ["꽃집", "플라워", "화원"], ["꽃다발", "화환", "꽃 배달", "FLOWER"], []),
        new("market", "슈퍼마켓", "grocery shop", ["슈퍼", "마트", "상회", "편의점", "청과", "정육점"], ["신선한 과일", "배달 가능", "세일", "MART", "담배"], GoodsLists.Grocery),
        new("laundry", "세탁소", "laundry", ["세탁소", "세탁", "빨래방"], ["당일 세탁", "수선", "드라이클리닝", "24시간"], []),
        new("real estate office", "부동산", "real estate office", ["부동산", "공인중개사"], ["전세", "월세", "매매", "상가", "원룸"], []),
        new("clothes shop", "옷 가게", "clothes shop", ["패션", "의류", "양복점", "상점"], ["신상품 입고", "50% 세일", "여성복", "남성복", "SALE"], GoodsLists.Clothing),
        new("hardware store", "철물점", "hardware store", ["철물", "공구", "전기", "건재"], ["열쇠", "수도 수리", "전등", "페인트"], GoodsLists.Grocery),
        new("stationery shop", "문구점", "stationery shop", ["문구", "문방구", "팬시"], ["복사", "코팅", "장난감", "도장"], GoodsLists.Grocery),
        new("academy", "학원", "private school", ["학원", "영어학원", "수학학원", "피아노", "태권도", "미술학원"], ["초등부", "중등부", "회원 모집", "상담 환영"], []),
        new("optician", "안경점", "optician", ["안경", "안경원"], ["콘택트렌즈", "선글라스", "시력 검사"], []),
        new("bank", "은행", "bank", ["은행", "신협", "금고"], ["현금 인출", "BANK", "환전", "ATM"], []),
        new("motel", "숙박업소", "inn", ["모텔", "여관", "호텔", "민박", "펜션"], ["빈방 있음", "주차 가능", "HOTEL"], []),
    ];

    private static readonly string[] First =
    [
        "행복", "한솔", "미래", "우리", "새봄", "하늘", "푸른", "정다운", "할머니", "대박", "소망", "은혜", "중앙", "현대", "제일", "동네", "고향", "청춘", "달빛", "별빛",
        "햇살", "구름", "바다", "숲속", "강변", "언덕", "돌담", "감나무", "은행나무", "느티나무", "참새", "고래", "토끼", "호랑이", "두루미", "백조", "나비", "꿈나무",
        "종로", "서울", "한양", "전주", "남원", "안동", "통영", "제주", "강릉", "부산", "대구", "명동", "홍대", "신촌", "강남", "판교", "분당", "수원", "인천", "속초",
        "김가네", "이모네", "삼촌네", "엄마손", "형제", "자매", "장수", "만복", "금성", "동아", "삼화", "대성", "태양", "무지개", "초록", "하얀", "빨간", "노란", "파란",
        "온누리", "다온", "가온", "라온", "아라", "누리", "미소", "사랑", "희망", "평화", "건강", "백세", "참좋은", "오늘", "내일", "그날", "봄날", "가을", "첫눈", "소나기",
        "오래된", "작은", "큰", "둥근", "옛날", "새마을", "신세계", "으뜸", "버금", "한마음", "두레", "나루", "모퉁이", "골목", "사거리", "정류장", "기찻길", "등대", "항구",
    ];

    private static readonly string[] LatinNames = ["Blue", "Moon", "Star", "Sun", "Green", "Happy", "Lucky", "Coco", "Mimi", "Daily", "Modern", "Urban", "Royal", "Golden", "Little", "Cozy", "Sweet", "Fresh", "Ocean", "Forest"];

    public static string Name(SceneBuilder b, Business business)
    {
        string first = SplitChoice.Pick(b, First, w => w);
        if (b.Random.Chance(0.25) || b.IsStrange())
            first = Words.Invented(b, 2, 3);
        string ending = b.Random.Pick(business.Endings);
        return (b.Random.Chance(0.3) ? first + " " : first) + ending;
    }

    public static string LatinName(SceneBuilder b, Business business) => b.Random.Pick(LatinNames) + " " + (b.Random.Chance(0.5) ? Capital(business.English) : business.English.ToUpperInvariant());

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
