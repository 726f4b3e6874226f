using System.Buffers;
using System.Text;

namespace Nunchi.Text.Normalization;

/// <summary>
/// Unicode normalisation form C (UAX #15) on code points. The runtime's own is not available without culture data, which this project leaves out.
/// </summary>
internal static class NfcNormalizer
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TailCount = 28, HangulCount = LeadCount * VowelCount * TailCount;
    private const int TableEnd = 0x30000;

    private static readonly Lazy<Tables> Data = new(() => new Tables());

    /// <summary>True when the text is certainly in form C already; false when only <see cref="Normalize"/> can tell.</summary>
    public static bool IsCertainlyNormalized(ReadOnlySpan<char> text)
    {
        var at = text.IndexOfAnyExceptInRange('\0', '\u02FF');
        if (at < 0)
            return true;
        var unsafeBits = Data.Value.Unsafe;
        for (; at < text.Length; at++)
        {
            int code = text[at];
            if (char.IsHighSurrogate((char)code) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
                code = char.ConvertToUtf32((char)code, text[++at]);
            if (code < TableEnd && (unsafeBits[code >> 6] >> (code & 63) & 1) != 0)
                return false;
        }

        return true;
    }

    /// <summary>The text in form C; unpaired surrogates pass through.</summary>
    public static string Normalize(ReadOnlySpan<char> text)
    {
        if (IsCertainlyNormalized(text))
            return text.ToString();
        var codes = new ArrayBufferWriter<int>(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            int code = text[i];
            if (char.IsHighSurrogate((char)code) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                code = char.ConvertToUtf32((char)code, text[++i]);
            Decompose(code, codes);
        }

        var points = codes.WrittenSpan.ToArray();
        Reorder(points);
        var count = Compose(points);
        var result = new StringBuilder(count);
        foreach (var code in points.AsSpan(0, count))
        {
            if (code < 0x10000)
                result.Append((char)code);
            else
                result.Append(char.ConvertFromUtf32(code));
        }

        return result.ToString();
    }

    private static void Decompose(int code, ArrayBufferWriter<int> output)
    {
        var syllable = code - HangulBase;
        if ((uint)syllable < HangulCount)
        {
            Put(output, LeadBase + syllable / (VowelCount * TailCount));
            Put(output, VowelBase + syllable % (VowelCount * TailCount) / TailCount);
            if (syllable % TailCount != 0)
                Put(output, TailBase + syllable % TailCount);
            return;
        }

        if (Data.Value.Decompositions.TryGetValue(code, out var parts))
        {
            Decompose(parts.First, output);
            if (parts.Second != 0)
                Decompose(parts.Second, output);
            return;
        }

        Put(output, code);
    }

    private static void Put(ArrayBufferWriter<int> output, int code)
    {
        output.GetSpan(1)[0] = code;
        output.Advance(1);
    }

    private static void Reorder(Span<int> points)
    {
        var start = 0;
        while (start < points.Length)
        {
            if (CombiningClass(points[start]) == 0)
            {
                start++;
                continue;
            }

            var end = start + 1;
            while (end < points.Length && CombiningClass(points[end]) != 0)
                end++;
            SortByClass(points[start..end]);
            start = end;
        }
    }

    private static void SortByClass(Span<int> run)
    {
        if (run.Length == 1)
            return;
        var keys = new long[run.Length];
        for (var i = 0; i < run.Length; i++)
            keys[i] = (long)CombiningClass(run[i]) << 32 | (uint)i;
        var sorted = run.ToArray();
        Array.Sort(keys, sorted);
        sorted.CopyTo(run);
    }

    private static int Compose(Span<int> points)
    {
        int written = 0, starter = -1, lastClass = 0;
        foreach (var code in points)
        {
            var combining = CombiningClass(code);
            var adjacent = starter == written - 1;
            var blocked = !adjacent && (lastClass == 0 || lastClass >= combining);
            if (starter >= 0 && !blocked && TryCompose(points[starter], code, out var composed))
            {
                points[starter] = composed;
                continue;
            }

            if (combining == 0)
                starter = written;
            lastClass = combining;
            points[written++] = code;
        }

        return written;
    }

    private static bool TryCompose(int first, int second, out int composed)
    {
        int lead = first - LeadBase, vowel = second - VowelBase, syllable = first - HangulBase, tail = second - TailBase;
        if ((uint)lead < LeadCount && (uint)vowel < VowelCount)
        {
            composed = HangulBase + (lead * VowelCount + vowel) * TailCount;
            return true;
        }

        if ((uint)syllable < HangulCount && syllable % TailCount == 0 && tail > 0 && tail < TailCount)
        {
            composed = first + tail;
            return true;
        }

        return Data.Value.Compositions.TryGetValue((first, second), out composed);
    }

    private static int CombiningClass(int code) => code < 0x300 ? 0 : Data.Value.Classes.GetValueOrDefault(code);

    private sealed class Tables
    {
        public Tables()
        {
            Add(CanonicalData.Composed, composes: true);
            Add(CanonicalData.DecomposedOnly, composes: false);
            var classes = CanonicalData.CombiningClasses;
            for (var i = 0; i < classes.Length; i += 3)
            {
                for (var code = classes[i]; code <= classes[i + 1]; code++)
                {
                    Classes[code] = (byte)classes[i + 2];
                    Mark(code);
                }
            }

            for (var code = VowelBase; code < VowelBase + VowelCount; code++)
                Mark(code);
            for (var code = TailBase + 1; code < TailBase + TailCount; code++)
                Mark(code);
        }

        public Dictionary<int, (int First, int Second)> Decompositions { get; } = [];

        public Dictionary<(int First, int Second), int> Compositions { get; } = [];

        public Dictionary<int, byte> Classes { get; } = [];

        public ulong[] Unsafe { get; } = new ulong[TableEnd / 64];

        private void Add(ReadOnlySpan<int> triples, bool composes)
        {
            for (var i = 0; i < triples.Length; i += 3)
            {
                Decompositions[triples[i]] = (triples[i + 1], triples[i + 2]);
                if (composes)
                {
                    Compositions[(triples[i + 1], triples[i + 2])] = triples[i];
                    Mark(triples[i + 2]);
                }
                else
                {
                    Mark(triples[i]);
                }
            }
        }

        private void Mark(int code) => Unsafe[code >> 6] |= 1UL << (code & 63);
    }
}
