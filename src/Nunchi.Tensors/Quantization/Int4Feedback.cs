using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// Packs a strip in 4 bits so that errors make up for each other: a block's scales are searched as <see cref="Int4Strips"/> does, for weights to which the errors before have been added;
/// then its weights are rounded one after another, each error going on to all that follow. Without moments, that is with a factor of zeros, every byte is as <see cref="Int4Strips"/> writes it.
/// </summary>
internal static unsafe class Int4Feedback
{
    private const int Width = PackedLayout.StripWidth, Block = PackedLayout.Block, Group = PackedLayout.Group, Groups = PackedLayout.GroupsPerBlock;

    /// <summary>Packs a strip.</summary>
    /// <param name="weights">[count, columns], the strip's rows.</param>
    /// <param name="count">How many there are, 1..16.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="factor">[columns, columns], see <see cref="ErrorFeedback.Factor"/>.</param>
    /// <param name="strip">All of its bytes are written.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackStrip(float* weights, int count, int columns, float* factor, byte* strip)
    {
        int blocks = PackedLayout.Blocks(columns);
        float* errors = (float*)NativeMemory.AlignedAlloc((nuint)((long)blocks * Block * Width * sizeof(float)), 64);
        try
        {
            byte* memory = stackalloc byte[(3 * Width * Block * sizeof(float)) + 64];
            float* rows = (float*)(((nint)memory + 63) & ~(nint)63), original = rows + (Width * Block), corrected = original + (Width * Block);
            for (int block = 0; block < blocks; block++)
            {
                int first = block * Block, length = Math.Min(Block, columns - first);
                new Span<float>(rows, Width * Block).Clear();
                for (int row = 0; row < count; row++)
                    new ReadOnlySpan<float>(weights + ((long)row * columns) + first, length).CopyTo(new Span<float>(rows + (row * Block), length));
                for (int k = 0; k < Block; k += Width)
                    StripBlock.Transpose((uint*)rows + k, Block, (uint*)original + (k * Width));
                new ReadOnlySpan<float>(original, Width * Block).CopyTo(new Span<float>(corrected, Width * Block));
                AddErrors(errors, first, factor + first, columns, length, corrected);
                byte* scales = Int4Strips.WriteScales(corrected, strip, block, blocks, rows);
                RoundBlock(original, corrected, rows, scales, factor + first, columns, first, length, errors, (uint*)(strip + ((long)block * PackedLayout.Int4CodeBytes)));
                Int4Strips.ClearRest(strip, count, block, blocks);
            }
        }
        finally
        {
            NativeMemory.AlignedFree(errors);
        }
    }

    // corrected[k] += sum over j < first of errors[j] * factor[j][k]
    private static void AddErrors(float* errors, int first, float* factor, int stride, int length, float* corrected)
    {
        for (int j = 0; j < first; j += 4) // blocks before are whole
        {
            Vector512<float> e0 = Vector512.Load(errors + (j * Width)), e1 = Vector512.Load(errors + ((j + 1) * Width));
            Vector512<float> e2 = Vector512.Load(errors + ((j + 2) * Width)), e3 = Vector512.Load(errors + ((j + 3) * Width));
            float* u0 = factor + ((long)j * stride), u1 = u0 + stride, u2 = u1 + stride, u3 = u2 + stride;
            for (int k = 0; k < length; k++)
            {
                Vector512<float> sum = Vector512.FusedMultiplyAdd(e0, Vector512.Create(u0[k]), Vector512.Load(corrected + (k * Width)));
                sum = Vector512.FusedMultiplyAdd(e1, Vector512.Create(u1[k]), sum);
                sum = Vector512.FusedMultiplyAdd(e2, Vector512.Create(u2[k]), sum);
                Vector512.FusedMultiplyAdd(e3, Vector512.Create(u3[k]), sum).Store(corrected + (k * Width));
            }
        }
    }

    private static void RoundBlock(float* original, float* corrected, float* inverses, byte* scales, float* factor, int stride, int first, int length, float* errors, uint* codes)
    {
        var multiples = (sbyte*)scales;
        var units = (ushort*)(scales + (Groups * Width));
        float* unit = stackalloc float[Width], scale = stackalloc float[Width];
        for (int lane = 0; lane < Width; lane++)
            unit[lane] = BitConverter.UInt32BitsToSingle((uint)units[lane] << 16);
        var word = Vector512<int>.Zero;
        for (int k = 0; k < Block; k++)
        {
            int group = k / Group;
            if (k % Group == 0)
            {
                for (int lane = 0; lane < Width; lane++)
                    scale[lane] = multiples[(group * Width) + lane];
            }
            Vector512<int> code = Nearest(Vector512.Load(corrected + (k * Width)) * Vector512.Load(inverses + (group * Width)), out Vector512<float> level);
            word |= code << ((k % 4 * 8) + (k / 4 % 2 * 4));
            if (k % 8 == 7)
            {
                word.AsUInt32().Store(codes + (k / 8 * Width));
                word = Vector512<int>.Zero;
            }
            // As GroupStrips reads it.
            Vector512<float> error = Vector512.Load(original + (k * Width)) - (Vector512.Load(scale) * level * Vector512.Load(unit));
            if (k >= length)
                continue;
            error.Store(errors + ((first + k) * Width));
            float* row = factor + ((long)(first + k) * stride);
            for (int l = k + 1; l < length; l++)
                Vector512.FusedMultiplyAdd(error, Vector512.Create(row[l]), Vector512.Load(corrected + (l * Width))).Store(corrected + (l * Width));
        }
    }

    // Ties go to the lower level, as in Int4Strips.
    private static Vector512<int> Nearest(Vector512<float> scaled, out Vector512<float> level)
    {
        var code = Vector512<int>.Zero;
        level = Vector512.Create((float)Int4Codebook.Levels[0]);
        for (int i = 0; i < 15; i++)
        {
            Vector512<float> above = Vector512.GreaterThan(scaled, Vector512.Create(Int4Cells.Threshold(i)));
            code -= above.AsInt32();
            level += above & Vector512.Create((float)(Int4Codebook.Levels[i + 1] - Int4Codebook.Levels[i]));
        }
        return code;
    }
}
