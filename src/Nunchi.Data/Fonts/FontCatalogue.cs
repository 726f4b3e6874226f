namespace Nunchi.Data.Fonts;

/// <summary>A face that a Debian package brings.</summary>
internal sealed record CatalogueEntry(string Package, string File, int Index, string Family, int Weight, FontStyle Style, FontSplit Split, string Misdrawn);

/// <summary>
/// The faces that pictures are drawn with, clear and bold ones first: a curriculum that allows the first n training faces widens sensibly.
/// Misdrawn characters have a glyph that shows something else. Left out: fonts for old Hangul (the same shapes as their modern siblings), fonts built of loose jamo, the thinnest weights, faces
/// that show another shape than the text says, and WenQuanYi Zen Hei, whose Hangul is that of Un Dotum, which is held out.
/// </summary>
internal static class FontCatalogue
{
    private const string Nanum = "fonts-nanum";
    private const string NanumExtra = "fonts-nanum-extra";
    private const string Noto = "fonts-noto-cjk";
    private const string NotoExtra = "fonts-noto-cjk-extra";
    private const string Baekmuk = "fonts-baekmuk";
    private const string UnCore = "fonts-unfonts-core";
    private const string UnExtra = "fonts-unfonts-extra";
    private const string Woowa = "fonts-woowa-bm";
    private const string Alee = "fonts-alee";

    public static IReadOnlyList<CatalogueEntry> Entries { get; } =
    [
        Train(Nanum, "NanumGothicBold.ttf", 0, "Nanum Gothic", 700, FontStyle.Gothic),
        Train(Noto, "NotoSansCJK-Bold.ttc", 1, "Noto Sans CJK KR", 700, FontStyle.Gothic),
        Train(Nanum, "NanumMyeongjoBold.ttf", 0, "Nanum Myeongjo", 700, FontStyle.Myeongjo),
        Train(Nanum, "NanumSquareRoundB.ttf", 0, "Nanum Square Round", 700, FontStyle.Gothic),

        Train(Nanum, "NanumSquareB.ttf", 0, "Nanum Square", 700, FontStyle.Gothic),
        Train(Nanum, "NanumBarunGothicBold.ttf", 0, "Nanum Barun Gothic", 700, FontStyle.Gothic),
        Train(Woowa, "BMJUA_ttf.ttf", 0, "BM Jua", 400, FontStyle.Display),
        Train(Baekmuk, "batang.ttf", 0, "Baekmuk Batang", 400, FontStyle.Myeongjo),
        Train(Woowa, "BMHANNAPro.ttf", 0, "BM Hanna", 400, FontStyle.Display, "₩"),
        Train(Baekmuk, "gulim.ttf", 0, "Baekmuk Gulim", 400, FontStyle.Gothic),

        Train(Nanum, "NanumGothic.ttf", 0, "Nanum Gothic", 400, FontStyle.Gothic),
        Train(NanumExtra, "NanumMyeongjoExtraBold.ttf", 0, "Nanum Myeongjo", 800, FontStyle.Myeongjo),
        Train(Noto, "NotoSansCJK-Regular.ttc", 1, "Noto Sans CJK KR", 400, FontStyle.Gothic),
        Train(UnCore, "UnGraphicBold.ttf", 0, "Un Graphic", 700, FontStyle.Display),
        Train(NanumExtra, "NanumPen.ttf", 0, "Nanum Pen Script", 400, FontStyle.Hand),
        Train(Baekmuk, "hline.ttf", 0, "Baekmuk Headline", 700, FontStyle.Display),
        Train(UnCore, "UnBatangBold.ttf", 0, "Un Batang", 700, FontStyle.Myeongjo),
        Train(NotoExtra, "NotoSansCJK-Black.ttc", 1, "Noto Sans CJK KR", 900, FontStyle.Gothic),
        Train(Woowa, "BMYEONSUNG_ttf.ttf", 0, "BM Yeonsung", 400, FontStyle.Hand),
        Train("fonts-naver-d2coding", "D2Coding-Ver1.3.2-20180524-all.ttc", 1, "D2Coding", 700, FontStyle.Gothic),

        Train(NanumExtra, "NanumGothicExtraBold.ttf", 0, "Nanum Gothic", 800, FontStyle.Gothic),
        Train(NanumExtra, "NanumSquareEB.ttf", 0, "Nanum Square", 800, FontStyle.Gothic),
        Train(NanumExtra, "NanumSquareRoundEB.ttf", 0, "Nanum Square Round", 800, FontStyle.Gothic),
        Train(Nanum, "NanumMyeongjo.ttf", 0, "Nanum Myeongjo", 400, FontStyle.Myeongjo),
        Train(Nanum, "NanumSquareR.ttf", 0, "Nanum Square", 400, FontStyle.Gothic),
        Train(Nanum, "NanumSquareRoundR.ttf", 0, "Nanum Square Round", 400, FontStyle.Gothic),
        Train(Nanum, "NanumBarunGothic.ttf", 0, "Nanum Barun Gothic", 400, FontStyle.Gothic),
        Train(NotoExtra, "NotoSansCJK-Medium.ttc", 1, "Noto Sans CJK KR", 500, FontStyle.Gothic),
        Train(Baekmuk, "dotum.ttf", 0, "Baekmuk Dotum", 400, FontStyle.Gothic),
        Train("fonts-lexi-gulim", "LexiGulim.ttf", 0, "Lexi Gulim", 400, FontStyle.Gothic),
        Train("fonts-naver-d2coding", "D2Coding-Ver1.3.2-20180524-all.ttc", 0, "D2Coding", 400, FontStyle.Gothic),
        Train(UnCore, "UnBatang.ttf", 0, "Un Batang", 400, FontStyle.Myeongjo),
        Train(UnCore, "UnGraphic.ttf", 0, "Un Graphic", 400, FontStyle.Display),
        Train(UnCore, "UnDinaruBold.ttf", 0, "Un Dinaru", 700, FontStyle.Display),
        Train(UnCore, "UnDinaru.ttf", 0, "Un Dinaru", 400, FontStyle.Display),
        Train(UnCore, "UnGungseo.ttf", 0, "Un Gungseo", 400, FontStyle.Hand),
        Train(UnCore, "UnPilgiBold.ttf", 0, "Un Pilgi", 700, FontStyle.Hand),
        Train(UnCore, "UnPilgi.ttf", 0, "Un Pilgi", 400, FontStyle.Hand),
        Train(UnExtra, "UnShinmun.ttf", 0, "Un Shinmun", 400, FontStyle.Myeongjo),
        Train(UnExtra, "UnVada.ttf", 0, "Un Vada", 400, FontStyle.Gothic),
        Train(UnExtra, "UnYetgul.ttf", 0, "Un Yetgul", 700, FontStyle.Display),
        Train(UnExtra, "UnPen.ttf", 0, "Un Pen", 400, FontStyle.Hand),
        Train(UnExtra, "UnPilgia.ttf", 0, "Un Pilgia", 400, FontStyle.Hand),
        Train(UnExtra, "UnTaza.ttf", 0, "Un Taza", 400, FontStyle.Myeongjo),
        Train(NanumExtra, "NanumBrush.ttf", 0, "Nanum Brush Script", 400, FontStyle.Hand),
        Train(Woowa, "BMHANNA_11yrs_ttf.ttf", 0, "BM Hanna", 400, FontStyle.Display, "₩"),
        Train(Woowa, "BMHANNAAir_ttf.ttf", 0, "BM Hanna", 300, FontStyle.Display, "₩"),
        Train(Woowa, "BMEULJIROTTF.ttf", 0, "BM Euljiro", 400, FontStyle.Display),
        Train(Woowa, "BMEuljiro10yearslater.ttf", 0, "BM Euljiro", 400, FontStyle.Display),
        Train(Woowa, "BMKIRANGHAERANG-TTF.ttf", 0, "BM Kirang", 400, FontStyle.Hand),
        Train(Nanum, "NanumGothicCodingBold.ttf", 0, "Nanum Gothic Coding", 700, FontStyle.Gothic),
        Train(Nanum, "NanumGothicCoding.ttf", 0, "Nanum Gothic Coding", 400, FontStyle.Gothic),
        Train(NanumExtra, "NanumSquareL.ttf", 0, "Nanum Square", 300, FontStyle.Gothic),
        Train(NanumExtra, "NanumBarunGothicLight.ttf", 0, "Nanum Barun Gothic", 300, FontStyle.Gothic),
        Train(NotoExtra, "NotoSansCJK-DemiLight.ttc", 1, "Noto Sans CJK KR", 350, FontStyle.Gothic),
        Train(NotoExtra, "NotoSansCJK-Light.ttc", 1, "Noto Sans CJK KR", 300, FontStyle.Gothic),
        Train(Alee, "Bandal.ttf", 0, "Bandal", 400, FontStyle.Display),
        Train(Alee, "Bangwool.ttf", 0, "Bangwool", 400, FontStyle.Display),
        Train(Alee, "Eunjin.ttf", 0, "Eunjin", 400, FontStyle.Hand),
        Train(Alee, "EunjinNakseo.ttf", 0, "Eunjin Nakseo", 400, FontStyle.Hand),
        Train(Alee, "Guseul.ttf", 0, "Guseul", 400, FontStyle.Display),
        Train("fonts-wqy-microhei", "wqy-microhei.ttc", 0, "WenQuanYi Micro Hei", 400, FontStyle.Gothic),
        Train("fonts-unifont", "unifont.otf", 0, "Unifont", 400, FontStyle.Display),

        Hold(UnCore, "UnDotumBold.ttf", 0, "Un Dotum", 700, FontStyle.Gothic),
        Hold(UnCore, "UnDotum.ttf", 0, "Un Dotum", 400, FontStyle.Gothic),
        Hold(Noto, "NotoSerifCJK-Bold.ttc", 1, "Noto Serif CJK KR", 700, FontStyle.Myeongjo),
        Hold(Noto, "NotoSerifCJK-Regular.ttc", 1, "Noto Serif CJK KR", 400, FontStyle.Myeongjo),
        Hold(NotoExtra, "NotoSerifCJK-Black.ttc", 1, "Noto Serif CJK KR", 900, FontStyle.Myeongjo),
        Hold(NotoExtra, "NotoSerifCJK-Medium.ttc", 1, "Noto Serif CJK KR", 500, FontStyle.Myeongjo),
        Hold(NanumExtra, "NanumBarunpenB.ttf", 0, "Nanum Barunpen", 700, FontStyle.Hand),
        Hold(NanumExtra, "NanumBarunpenR.ttf", 0, "Nanum Barunpen", 400, FontStyle.Hand),
        Hold(Woowa, "BMDOHYEON_ttf.ttf", 0, "BM DoHyeon", 400, FontStyle.Display),
        Hold("fonts-lexi-saebom", "LexiSaebomR.ttf", 0, "Lexi Saebom", 400, FontStyle.Gothic),
    ];

    private static CatalogueEntry Train(string package, string file, int index, string family, int weight, FontStyle style, string misdrawn = "") =>
        new(package, file, index, family, weight, style, FontSplit.Training, misdrawn);

    private static CatalogueEntry Hold(string package, string file, int index, string family, int weight, FontStyle style) =>
        new(package, file, index, family, weight, style, FontSplit.HeldOut, "");
}
