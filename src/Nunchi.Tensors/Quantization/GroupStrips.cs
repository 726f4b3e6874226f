using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nunchi.Tensors.Quantization;

/// <summary>What strips of formats with groups have in common: a weight is the block's scale times the group's times a level.</summary>
internal static unsafe class GroupStrips
{
    private const int Width = PackedLayout.StripWidth, Groups = PackedLayout.GroupsPerBlock;

    /// <summary>The level of one weight of a block.</summary>
    public static int Level(WeightFormat format, byte* codes, int lane, int inside) =>
        format == WeightFormat.Int6 ? Int6Strips.Level(codes, lane, inside) : Int4Codebook.Levels[Int4Strips.Code(codes, lane, inside)];

    /// <summary>One row as float32.</summary>
    public static void ReadLane(WeightFormat format, byte* strip, int lane, int columns, float* values)
    {
        long blocks = PackedLayout.Blocks(columns), codeBytes = PackedLayout.CodeBytes(format);
        for (int k = 0; k < columns; k++)
        {
            int block = k / PackedLayout.Block, inside = k % PackedLayout.Block;
            byte* scales = strip + (blocks * codeBytes) + ((long)block * PackedLayout.GroupScaleBytes);
            int scale = ((sbyte*)scales)[(inside / PackedLayout.Group * Width) + lane];
            float blockScale = BitConverter.UInt32BitsToSingle((uint)((ushort*)(scales + (Groups * Width)))[lane] << 16);
            values[k] = scale * Level(format, strip + (block * codeBytes), lane, inside) * blockScale;
        }
    }

    /// <summary>Writes zeros behind the last block of a strip, up to its end.</summary>
    public static void ClearBehind(WeightFormat format, byte* strip, int blocks)
    {
        long used = (long)blocks * (PackedLayout.CodeBytes(format) + PackedLayout.GroupScaleBytes);
        new Span<byte>(strip + used, (int)(PackedLayout.StripBytes(format, blocks * PackedLayout.Block) - used)).Clear();
    }

    /// <summary>Rounds the scales of eight outputs to whole multiples of one of bfloat16 for the block.</summary>
    /// <param name="best">[groups][16] the scales wanted; then what weights are multiplied with: the inverses of those they became, 0 where there is none.</param>
    /// <param name="groupScales">[groups][16] multiples.</param>
    /// <param name="blockScales">[16] bfloat16.</param>
    /// <param name="up">To the next multiple, so that no weight leaves the levels (scales are positive then); else to the nearest.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(float* best, sbyte* groupScales, ushort* blockScales, bool up)
    {
        var most = Vector256<float>.Zero;
        for (int group = 0; group < Groups; group++)
            most = Vector256.Max(most, Vector256.Abs(Vector256.Load(best + (group * Width))));
        Vector256<uint> bits = (most / Vector256.Create((float)Int4Codebook.MaxGroupScale)).AsUInt32();
        bits = (bits + Vector256.Create(0x7fffu) + ((bits >>> 16) & Vector256<uint>.One)) & Vector256.Create(0xffff0000u); // nearest, ties to even
        Vector256<float> unit = bits.AsSingle(), isThere = Vector256.GreaterThanOrEqual(unit, Vector256.Create(ScaleLimits.Least));
        Vector256<uint> upper = (bits & isThere.AsUInt32()) >>> 16;
        Vector128.Narrow(upper.GetLower(), upper.GetUpper()).Store(blockScales);
        for (int group = 0; group < Groups; group++)
        {
            Vector256<float> multiple = Vector256.Load(best + (group * Width)) / unit;
            Vector256<float> scale = (up ? Vector256.Ceiling(multiple) : Vector256.Round(multiple)) & isThere;
            scale = Vector256.Min(Vector256.Max(scale, Vector256.Create((float)-Int4Codebook.MaxGroupScale)), Vector256.Create((float)Int4Codebook.MaxGroupScale));
            Vector256<int> whole = Vector256.ConvertToInt32(scale);
            var words = Vector128.Narrow(whole.GetLower(), whole.GetUpper());
            *(ulong*)(groupScales + (group * Width)) = Vector128.Narrow(words, words).AsUInt64().ToScalar();
            Vector256<float> inverse = Vector256<float>.One / (scale * unit);
            Vector256.ConditionalSelect(Vector256.Equals(scale, Vector256<float>.Zero), Vector256<float>.Zero, inverse).Store(best + (group * Width));
        }
    }
}
