using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Tests.Cpu;

namespace Nunchi.Tensors.Tests.Quantization;

/// <summary>Vectorised packing against plain loops, to the bit.</summary>
public unsafe class PackingTests
{
    /// <summary>Kinds of weights, by name.</summary>
    public static TheoryData<WeightFormat, string> Kinds
    {
        get
        {
            var data = new TheoryData<WeightFormat, string>();
            foreach (WeightFormat format in (WeightFormat[])[WeightFormat.BFloat16, WeightFormat.Int8, WeightFormat.Int6, WeightFormat.Int4])
            {
                foreach (string kind in (string[])["normal", "heavy", "bfloat16", "few", "denormal", "tiny", "huge", "zeros", "mixed"])
                    data.Add(format, kind);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pack_AnyWeightsAndShapes_EqualsPlainLoops(WeightFormat format, string kind)
    {
        foreach (var (rows, columns) in ((int, int)[])[(16, 128), (1, 1), (7, 127), (8, 129), (9, 33), (17, 384), (31, 300), (32, 640), (5, 1000)])
        {
            int seed = (rows * 1000) + columns;
            using var w = new GuardedMemory(rows * columns);
            Fill(w.Span, kind, new Random(seed));
            using PackedWeight packed = PackedWeight.Pack(w.Pointer, rows, columns, format);
            byte[] expected = PackingReference.Pack(w.Span, rows, columns, format), found = new ReadOnlySpan<byte>(packed.Data, (int)packed.Bytes).ToArray();
            int at = expected.AsSpan().CommonPrefixLength(found);
            Assert.True(at == expected.Length, $"{format} {kind} [{rows}, {columns}]: byte {at} of {expected.Length} is {found[Math.Min(at, found.Length - 1)]}, not {expected[Math.Min(at, found.Length - 1)]} (seed {seed})");
        }
    }

    [Theory]
    [InlineData("bytes")]
    [InlineData("512")]
    [InlineData("256")]
    public void Search_EachWidth_FindsTheScalesOfPlainLoops(string width)
    {
        Assert.SkipUnless(width == "256" || (width == "512" ? Avx512F.IsSupported : Avx512Vbmi.IsSupported), $"this processor has no instructions for {width}");
        float* values = (float*)NativeMemory.AlignedAlloc(33 * 16 * sizeof(float), 64), scales = values + (32 * 16);
        try
        {
            var random = new Random(77);
            foreach (string kind in (string[])["normal", "heavy", "bfloat16", "few", "denormal", "tiny", "huge", "zeros", "mixed"])
            {
                for (int round = 0; round < 200; round++)
                {
                    Fill(new Span<float>(values, 32 * 16), kind, random);
                    switch (width)
                    {
                        case "bytes":
                            Int4Search.FindBytes(values, scales);
                            break;
                        case "512":
                            Int4Search.Find512(values, scales);
                            break;
                        default:
                            Int4Search.Find256(values, scales);
                            break;
                    }
                    for (int lane = 0; lane < 16; lane++)
                        Assert.Equal(PackingReference.FindScale(new ReadOnlySpan<float>(values + lane, (31 * 16) + 1), 16), scales[lane]);
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(values);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WriteCodes_AroundEveryThreshold_TakesTheNearestLevel(bool wide)
    {
        Assert.SkipUnless(!wide || Avx512F.IsSupported, "this processor has no AVX-512");
        using var values = new GuardedMemory(128 * 16);
        using var inverses = new GuardedMemory(4 * 16);
        inverses.Span.Fill(1);
        uint[] codes = new uint[16 * 16];
        var numbers = new List<float>();
        for (int half = -160; half <= 160; half++)
            numbers.AddRange([half / 2f, MathF.BitIncrement(half / 2f), MathF.BitDecrement(half / 2f), (half / 2f) + 1e-6f, (half / 2f) - 1e-6f]);
        for (int first = 0; first < numbers.Count; first += 2048)
        {
            for (int i = 0; i < 2048; i++)
                values.Span[i] = numbers[(first + i) % numbers.Count];
            fixed (uint* to = codes)
            {
                if (wide)
                    Int4Strips.WriteCodes512(values.Pointer, inverses.Pointer, to);
                else
                    Int4Strips.WriteCodes256(values.Pointer, inverses.Pointer, to);
                for (int k = 0; k < 128; k++)
                {
                    for (int lane = 0; lane < 16; lane++)
                        Assert.Equal((values.Span[(k * 16) + lane], PackingReference.Code(values.Span[(k * 16) + lane])), (values.Span[(k * 16) + lane], Int4Strips.Code((byte*)to, lane, k)));
                }
            }
        }
    }

    [Fact]
    public void Transpose_EachWidth_MakesRowsColumns()
    {
        using var from = new GuardedMemory(16 * 21);
        using var to = new GuardedMemory(256);
        for (int i = 0; i < from.Count; i++)
            from.Span[i] = i;
        foreach (int width in (int[])[0, 256, 512])
        {
            if ((width == 256 && !Avx.IsSupported) || (width == 512 && !Avx512F.IsSupported))
                continue;
            to.Span.Clear();
            switch (width)
            {
                case 0:
                    StripBlock.TransposePlain((uint*)from.Pointer, 21, (uint*)to.Pointer);
                    break;
                case 256:
                    StripBlock.Transpose256(from.Pointer, 21, to.Pointer);
                    break;
                default:
                    StripBlock.Transpose512((uint*)from.Pointer, 21, (uint*)to.Pointer);
                    break;
            }
            for (int k = 0; k < 16; k++)
            {
                for (int row = 0; row < 16; row++)
                    Assert.Equal((row * 21) + k, to.Span[(k * 16) + row]);
            }
            to.AssertGuards();
        }
    }

    /// <summary>Fills with a kind of weights.</summary>
    internal static void Fill(Span<float> values, string kind, Random random)
    {
        foreach (ref float value in values)
        {
            float normal = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
            value = kind switch
            {
                "normal" => 0.02f * normal,
                "heavy" => 0.02f * normal * normal * normal,
                "bfloat16" => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(0.02f * normal) & 0xffff0000u),
                "few" => random.Next(-70, 71) / 2f, // quotients that lie on thresholds
                "denormal" => 1e-40f * normal,
                "tiny" => 1e-35f * normal,
                "huge" => 1e38f * Math.Clamp(normal, -3.4f, 3.4f),
                "zeros" => random.Next(2) == 0 ? 0f : -0f,
                _ => random.Next(5) switch { 0 => 0f, 1 => 1e-36f * normal, 2 => 1e-3f * normal, 3 => normal, _ => 1e30f * normal },
            };
        }
    }
}
