using System.Security.Cryptography;
using System.Text;
using Nunchi.Text;
using Nunchi.Text.Normalization;

namespace Nunchi.Tests.Text;

public sealed class NfcNormalizerTests
{
    [Theory]
    [InlineData("\u1112\u1161\u11AB\u1100\u1173\u11AF", "한글")]
    [InlineData("\u1100\u1161", "가")]
    [InlineData("가\u11A8", "각")]
    [InlineData("각\u11A8", "각\u11A8")]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("a\u0323\u0307", "\u1EA1\u0307")]
    [InlineData("a\u0307\u0323", "\u1EA1\u0307")]
    [InlineData("\uF900", "\u8C48")]
    [InlineData("\U0002F800", "\u4E3D")]
    [InlineData("\u0301e", "\u0301e")]
    [InlineData("\u0915\u093C", "\u0915\u093C")]
    [InlineData("ﬁ", "ﬁ")]
    [InlineData("", "")]
    public void Normalize_KnownSequences_GivesFormC(string text, string expected) => Assert.Equal(expected, NfcNormalizer.Normalize(text));

    [Fact]
    public void Normalize_EveryCodePointInFourContexts_AgreesWithPythonsUnicodedata()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var code = 0; code < 0x30000; code++)
        {
            if (code is >= 0xD800 and < 0xE000)
                continue;
            var text = char.ConvertFromUtf32(code);
            foreach (var sample in (string[])[text, text + "\u0323\u0307", "q\u0307" + text, text + "\u11A8"])
            {
                hash.AppendData(Encoding.UTF8.GetBytes(NfcNormalizer.Normalize(sample)));
                hash.AppendData("\n"u8);
            }
        }

        Assert.Equal("495c2722211b9faac119a0a42585f1f3559bcee6c9282e05cf69a9d27efdd15e", Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void Normalize_ManyMarksOnOneLetter_SortsThemStably()
    {
        var marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 20_000));
        var expected = "\u1EA1" + new string('\u0323', 19_999) + new string('\u0301', 20_000);
        Assert.Equal(expected, NfcNormalizer.Normalize("a" + marks));
    }

    [Fact]
    public void Normalize_UnpairedSurrogates_PassThrough() => Assert.Equal("\uD800\u00E9\uDC00", NfcNormalizer.Normalize("\uD800e\u0301\uDC00"));

    [Fact]
    public void Syllables_OfTheKoreanStandard_AreSortedAndDistinct()
    {
        Assert.Equal(2350, KsX1001.Syllables.Length);
        Assert.Equal(('가', '힝'), (KsX1001.Syllables[0], KsX1001.Syllables[^1]));
        for (var i = 1; i < KsX1001.Syllables.Length; i++)
            Assert.True(KsX1001.Syllables[i - 1] < KsX1001.Syllables[i]);
    }
}
