using System.Runtime.InteropServices;
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

    private static readonly Tables Data = new();

    /// <summary>True when the text is certainly in form C already; false when only <see cref="Normalize"/> can tell.</summary>
    public static bool IsCertainlyNormalized(ReadOnlySpan<char> text) => NextUnsafe(text, 0) == text.Length;

    /// <summary>The text in form C; unpaired surrogates pass through.</summary>
    public static string Normalize(ReadOnlySpan<char> text)
    {
        var next = NextUnsafe(text, 0);
        if (next == text.Length)
            return text.ToString();
        var result = new StringBuilder(text.Length);
        var points = new List<int>();
        var at = 0;
        while (next < text.Length)
        {
            // A safe character joins nothing before it, so what changes lies between the one before and the next one after.
            var start = next == at ? at : next - LengthBefore(text, next);
            var end = next;
            while (end < text.Length && IsUnsafe(text, end, out var length))
                end += length;
            result.Append(text[at..start]);
            NormalizePart(text[start..end], points, result);
            at = end;
            next = NextUnsafe(text, at);
        }

        return result.Append(text[at..]).ToString();
    }

    private static int NextUnsafe(ReadOnlySpan<char> text, int from)
    {
        var skip = text[from..].IndexOfAnyExceptInRange('\0', '\u02FF');
        if (skip < 0)
            return text.Length;
        var at = from + skip;
        while (at < text.Length && !IsUnsafe(text, at, out var length))
            at += length;
        return at;
    }

    private static bool IsUnsafe(ReadOnlySpan<char> text, int at, out int length)
    {
        var code = CodePointAt(text, at, out length);
        return code < TableEnd && (Data.Unsafe[code >> 6] >> (code & 63) & 1) != 0;
    }

    private static int CodePointAt(ReadOnlySpan<char> text, int at, out int length)
    {
        var unit = text[at];
        length = char.IsHighSurrogate(unit) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
        return length == 2 ? char.ConvertToUtf32(unit, text[at + 1]) : unit;
    }

    private static int LengthBefore(ReadOnlySpan<char> text, int at) =>
        at > 1 && char.IsLowSurrogate(text[at - 1]) && char.IsHighSurrogate(text[at - 2]) ? 2 : 1;

    private static void NormalizePart(ReadOnlySpan<char> part, List<int> points, StringBuilder result)
    {
        points.Clear();
        for (var at = 0; at < part.Length;)
        {
            Decompose(CodePointAt(part, at, out var length), points);
            at += length;
        }

        var span = CollectionsMarshal.AsSpan(points);
        Reorder(span);
        foreach (var code in span[..Compose(span)])
        {
            if (code < 0x10000)
                result.Append((char)code);
            else
                result.Append(char.ConvertFromUtf32(code));
        }
    }

    private static void Decompose(int code, List<int> output)
    {
        var syllable = code - HangulBase;
        if ((uint)syllable < HangulCount)
        {
            output.Add(LeadBase + syllable / (VowelCount * TailCount));
            output.Add(VowelBase + syllable % (VowelCount * TailCount) / TailCount);
            if (syllable % TailCount != 0)
                output.Add(TailBase + syllable % TailCount);
            return;
        }

        if (Data.Decompositions.TryGetValue(code, out var parts))
        {
            Decompose(parts.First, output);
            if (parts.Second != 0)
                Decompose(parts.Second, output);
            return;
        }

        output.Add(code);
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

        return Data.Compositions.TryGetValue((first, second), out composed);
    }

    private static int CombiningClass(int code) => code < 0x300 ? 0 : Data.Classes.GetValueOrDefault(code);

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
