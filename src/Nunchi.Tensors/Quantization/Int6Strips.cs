using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// Strips of 6-bit weights: weight = block scale (bfloat16, for 128) * group scale (1..31, for 32) * level (-31..31). The block scale is the largest magnitude of the block divided by
/// 31 * 31, a group's scale the smallest with which no weight of the group leaves the levels.
/// </summary>
internal static unsafe class Int6Strips
{
    private const int Width = PackedLayout.StripWidth, Block = PackedLayout.Block, Group = PackedLayout.Group, Groups = PackedLayout.GroupsPerBlock;

    /// <summary>Largest magnitude of a level.</summary>
    public const int MaxLevel = 31;

    private const int Offset = Int4Codebook.Offset, CodeBytesOfGroup = PackedLayout.Int6CodeBytes / Groups, LowBytesOfGroup = CodeBytesOfGroup * 2 / 3;

    /// <summary>Packs a block.</summary>
    /// <param name="values">[16, 128].</param>
    /// <param name="scratch">As many floats.</param>
    /// <param name="strip">The strip.</param>
    /// <param name="block">Which of its blocks.</param>
    /// <param name="blocks">How many it has.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackBlock(float* values, float* scratch, byte* strip, int block, int blocks)
    {
        byte* codes = strip + ((long)block * PackedLayout.Int6CodeBytes), behind = strip + ((long)blocks * PackedLayout.Int6CodeBytes);
        byte* scales = behind + ((long)block * PackedLayout.GroupScaleBytes);
        for (int k = 0; k < Block; k += Width)
            StripBlock.Transpose((uint*)values + k, Block, (uint*)scratch + (k * Width));
        float* inverses = stackalloc float[Groups * Width];
        for (int group = 0; group < Groups; group++)
        {
            for (int lane = 0; lane < Width; lane += 8)
                (Largest(scratch + (group * Group * Width) + lane) / Vector256.Create((float)MaxLevel)).Store(inverses + (group * Width) + lane);
        }
        for (int lane = 0; lane < Width; lane += 8)
            GroupStrips.Round(inverses + lane, (sbyte*)scales + lane, (ushort*)(scales + (Groups * Width)) + lane, up: true);
        for (int group = 0; group < Groups; group++)
        {
            for (int lane = 0; lane < Width; lane += 8)
                WriteCodes(scratch + (group * Group * Width) + lane, Vector256.Load(inverses + (group * Width) + lane), codes + (group * CodeBytesOfGroup) + (4 * lane));
        }
        if (block == blocks - 1)
            GroupStrips.ClearBehind(WeightFormat.Int6, strip, blocks);
    }

    /// <summary>The level of one weight of a block.</summary>
    public static int Level(byte* codes, int lane, int inside)
    {
        byte* group = codes + (inside / Group * CodeBytesOfGroup);
        int step = inside % Group / 4, place = (4 * lane) + (inside % 4);
        int low = (group[(step / 2 * 4 * Width) + place] >> (step % 2 * 4)) & 15, high = (group[LowBytesOfGroup + (step / 4 * 4 * Width) + place] >> (step % 4 * 2)) & 3;
        return ((high << 4) | low) - Offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Largest(float* x)
    {
        var most = Vector256<float>.Zero;
        for (int k = 0; k < Group; k++)
            most = Vector256.Max(most, Vector256.Abs(Vector256.Load(x + (k * Width))));
        return most;
    }

    // Eight outputs of a group: four steps make a half, whose upper bits share a word.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteCodes(float* x, Vector256<float> inverse, byte* codes)
    {
        for (int half = 0; half < 2; half++)
        {
            var upper = Vector256<int>.Zero;
            for (int pair = 0; pair < 2; pair++)
            {
                int step = (half * 4) + (pair * 2);
                Vector256<int> even = Step(x + (step * 4 * Width), inverse), odd = Step(x + ((step + 1) * 4 * Width), inverse);
                Vector256<int> low = Vector256.Create(0x0f0f0f0f), high = Vector256.Create(0x03030303);
                ((even & low) | ((odd & low) << 4)).Store((int*)(codes + (step / 2 * 4 * Width)));
                upper |= (((even >>> 4) & high) | (((odd >>> 4) & high) << 2)) << (pair * 4);
            }
            upper.Store((int*)(codes + LowBytesOfGroup + (half * 4 * Width)));
        }
    }

    // Four levels of each output with their offset, a byte each.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Step(float* x, Vector256<float> inverse)
    {
        var word = Vector256<int>.Zero;
        for (int i = 0; i < 4; i++)
        {
            Vector256<int> level = Vector256.ConvertToInt32(Vector256.Round(Vector256.Load(x + (i * Width)) * inverse));
            level = Vector256.Min(Vector256.Max(level, Vector256.Create(-MaxLevel)), Vector256.Create(MaxLevel));
            word |= (level + Vector256.Create(Offset)) << (8 * i);
        }
        return word;
    }
}
