namespace Nunchi.Tensors.Tests.Cpu;

internal static class Compare
{
    /// <summary>Equal within the tolerance, relative to the larger of 1 and the largest expected magnitude; NaN and infinities must match; nothing beside was written.</summary>
    public static void Close(GuardedMemory expected, GuardedMemory actual, double tolerance, string what)
    {
        expected.AssertGuards();
        actual.AssertGuards();
        var largest = 1.0;
        foreach (var value in expected.Span)
        {
            if (float.IsFinite(value)) largest = Math.Max(largest, Math.Abs(value));
        }
        for (var i = 0; i < expected.Count; i++)
        {
            var e = expected.Span[i];
            var a = actual.Span[i];
            if (e.Equals(a) || (e == 0 && a == 0)) continue;
            Assert.True(Math.Abs((double)e - a) <= tolerance * largest, $"{what}: element {i} of {expected.Count} is {a:R}, expected {e:R} (largest {largest:g4})");
        }
    }

    /// <summary>The same bits.</summary>
    public static void Same(GuardedMemory expected, GuardedMemory actual, string what)
    {
        for (var i = 0; i < expected.Count; i++)
        {
            var e = BitConverter.SingleToUInt32Bits(expected.Span[i]);
            var a = BitConverter.SingleToUInt32Bits(actual.Span[i]);
            Assert.True(e == a, $"{what}: element {i} of {expected.Count} is {actual.Span[i]:R}, expected the bits of {expected.Span[i]:R}");
        }
    }
}
