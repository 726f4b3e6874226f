namespace Nunchi.Data.Scenes.Content;

/// <summary>A notice: heading, what it asks for, advice in a sentence, and further lines it may carry.</summary>
internal sealed record NoticeText(string Title, string? Meaning, string? Advice, params string[] Body);

/// <summary>Notices and warnings.</summary>
internal static class Notices
{
    public static IReadOnlyList<NoticeText> Prohibitions { get; } =
    [
        new("금연", "no_smoking", "담배를 피우면 안 됩니다.", "이곳은 금연 구역입니다", "흡연 시 과태료 10만 원", "NO SMOKING"),
        new("출입금지", "no_entry", "들어가면 안 됩니다.", "관계자 외 출입금지", "위험하니 들어가지 마세요", "KEEP OUT"),
        new("주차금지", "no_parking", "차를 세우면 안 됩니다.", "견인 지역입니다", "차고 앞 주차금지", "NO PARKING"),
        new("촬영금지", "no_photos", "사진을 찍으면 안 됩니다.", "작품 보호를 위해 협조해 주세요", "NO PHOTO"),
        new("음식물 반입금지", "no_food", "음식을 가지고 들어가면 안 됩니다.", "음료는 밖에서 드세요", "NO FOOD"),
        new("수영금지", "no_swimming", "수영을 하면 안 됩니다.", "수심이 깊어 위험합니다", "NO SWIMMING"),
        new("쓰레기 투기금지", "no_littering", "쓰레기를 버리면 안 됩니다.", "쓰레기는 되가져가세요", "CCTV 촬영 중"),
        new("접근금지", "keep_away", "가까이 가면 안 됩니다.", "고압 전기 위험", "DANGER"),
        new("뛰지 마세요", "no_running", "뛰면 안 됩니다.", "복도에서는 걸어 다녀요", "미끄러지면 다칩니다"),
        new("만지지 마세요", "do_not_touch", "손으로 만지면 안 됩니다.", "전시품을 눈으로만 봐 주세요", "DO NOT TOUCH"),
        new("기대지 마시오", "do_not_lean", "문에 기대면 안 됩니다.", "손대지 마시오", "문이 열릴 수 있습니다"),
        new("낚시금지", "no_fishing", "낚시를 하면 안 됩니다.", "상수원 보호 구역"),
        new("애완동물 출입금지", "no_pets", "동물을 데리고 들어가면 안 됩니다.", "안내견은 환영합니다"),
        new("통행금지", "no_passage", "지나가면 안 됩니다.", "돌아가 주세요", "공사 기간 3월~6월"),
    ];

    public static IReadOnlyList<NoticeText> Warnings { get; } =
    [
        new("미끄럼 주의", "slippery", "미끄러지지 않게 조심해야 합니다.", "바닥이 젖어 있습니다", "WET FLOOR"),
        new("머리 조심", "low_ceiling", "머리를 부딪치지 않게 조심해야 합니다.", "천장이 낮습니다"),
        new("계단 조심", "stairs", "계단에서 넘어지지 않게 조심해야 합니다.", "손잡이를 잡으세요"),
        new("개 조심", "dog", "개를 조심해야 합니다.", "물 수 있습니다", "문을 닫아 주세요"),
        new("감전 주의", "electric", "전기에 감전되지 않게 조심해야 합니다.", "220V", "고압 전기"),
        new("공사 중", "construction", "공사 중이니 조심해야 합니다.", "통행에 불편을 드려 죄송합니다", "안전모 착용"),
        new("추락 주의", "falling", "떨어지지 않게 조심해야 합니다.", "난간에 올라가지 마세요"),
        new("뜨거움 주의", "hot", "뜨거우니 데지 않게 조심해야 합니다.", "손대지 마세요"),
        new("낙석 주의", "rocks", "돌이 떨어질 수 있으니 조심해야 합니다.", "서행하세요"),
        new("손 조심", "hands", "손이 끼지 않게 조심해야 합니다.", "문이 닫힙니다"),
        new("차량 조심", "cars", "지나가는 차를 조심해야 합니다.", "어린이가 다닙니다"),
        new("어린이 보호구역", "school_zone", "어린이가 다니니 천천히 운전해야 합니다.", "시속 30km 이하"),
    ];

    public static IReadOnlyList<NoticeText> Announcements { get; } =
    [
        new("휴무 안내", "closed", "쉬는 날이니 다음에 와야 합니다.", "매주 월요일은 쉽니다", "이용에 참고하세요"),
        new("임시 휴업", "closed", "가게가 쉬니 다음에 와야 합니다.", "개인 사정으로 쉽니다", "내일 다시 엽니다"),
        new("회원 모집", null, null, "초보자 환영", "매주 토요일 모임", "문의는 관리실로"),
        new("직원 구함", null, null, "시간과 급여는 면접 후 결정", "성실한 분 환영합니다", "전화 주세요"),
        new("엘리베이터 점검", "stairs_instead", "엘리베이터를 쓸 수 없으니 계단을 이용해야 합니다.", "계단을 이용해 주세요", "오전 9시~12시"),
        new("단수 안내", "no_water", "물이 나오지 않으니 미리 받아 두어야 합니다.", "물을 미리 받아 두세요", "오후 1시~5시"),
        new("분리수거 안내", "recycling", "쓰레기를 나누어 버려야 합니다.", "종이와 병을 나누어 주세요", "음식물은 따로 버려 주세요"),
        new("이용 시간 안내", null, null, "평일 09:00~18:00", "주말과 공휴일은 쉽니다"),
        new("알림", null, null, "화재 대피 훈련이 있습니다", "방송에 따라 움직여 주세요"),
        new("분실물 보관", null, null, "잃어버린 물건은 안내소로 오세요", "일주일 동안 보관합니다"),
        new("조용히 해 주세요", "quiet", "조용히 해야 합니다.", "도서관에서는 작은 소리로", "휴대폰은 진동으로"),
        new("손을 씻읍시다", "wash_hands", "손을 씻어야 합니다.", "비누로 30초 이상", "건강을 지키는 습관"),
        new("한 줄로 서 주세요", "queue", "한 줄로 서야 합니다.", "차례를 지켜 주세요"),
        new("문을 닫아 주세요", "close_door", "문을 닫아야 합니다.", "냉난방 중입니다"),
        new("신발을 벗어 주세요", "shoes_off", "신발을 벗어야 합니다.", "실내화를 신어 주세요"),
        new("불조심", "fire", "불이 나지 않게 조심해야 합니다.", "자나 깨나 불조심", "소화기 위치를 확인하세요"),
        new("비상구", null, null, "EXIT", "문 앞에 물건을 두지 마세요"),
        new("우측통행", "keep_right", "오른쪽으로 걸어야 합니다.", "계단에서는 천천히"),
    ];

    public static IReadOnlyList<NoticeText> All { get; } = [.. Prohibitions, .. Warnings, .. Announcements];
}
