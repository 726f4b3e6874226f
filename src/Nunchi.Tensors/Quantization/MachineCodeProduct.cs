using System.Runtime.InteropServices;
using Nunchi.Tensors.Native;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// Packed products by the machine-code tiles. An item is a panel of three strips; the sum is cut so that the panel's part stays in the first-level cache while all rows pass by.
/// Up to eight rows read the weights once, as they lie.
/// </summary>
internal static unsafe class MachineCodeProduct
{
    /// <summary>Most rows that read 4-bit codes as they lie.</summary>
    public const int FewRows = PackedTiles.MaxRows;

    private const int PanelStrips = PackedTiles.MaxStrips, PanelWidth = PanelStrips * PackedLayout.StripWidth;

    // About 30 KB of weights.
    private const int ByteBlocks = 5, HalfBlocks = 2;

    // About 300 KB of X.
    private const int RowsAtOnce = 640, PanelsAtOnce = 4;

    private static readonly byte* Levels = MakeLevels();

    /// <summary>Bytes of scratch for each worker.</summary>
    public static long ScratchBytes(in PackedJob job) =>
        ((long)job.M * PanelWidth * sizeof(float)) + (job.HasGroups ? PanelStrips * ByteBlocks * LevelSpread.BlockBytes : 0) + 128;

    /// <summary>Items for <see cref="Compute"/>.</summary>
    public static int Items(in PackedJob job) =>
        (job.Strips + StripsOfItem(in job) - 1) / StripsOfItem(in job);

    /// <summary>Computes items; the body of a worker's job.</summary>
    public static void Compute(void* context, int start, int end, int worker)
    {
        ref PackedJob job = ref *(PackedJob*)context;
        byte* scratch = job.Scratch + (worker * job.ScratchStride);
        if (ReadsCodes(in job))
        {
            int strips = StripsOfItem(in job);
            for (int item = start; item < end; item++)
                Codes(ref job, item * strips, Math.Min(strips, job.Strips - (item * strips)), (float*)scratch);
            return;
        }
        for (int panel = start; panel < end; panel += PanelsAtOnce)
            Panels(ref job, panel, Math.Min(end, panel + PanelsAtOnce), scratch);
    }

    private static bool ReadsCodes(in PackedJob job) => job.Format == WeightFormat.Int4 && job.M <= FewRows;

    private static int StripsOfItem(in PackedJob job) => ReadsCodes(in job) ? PackedTiles.MaxCodeStrips(job.M) : PanelStrips;

    private static void Codes(ref PackedJob job, int strip, int strips, float* aside)
    {
        int column = strip * PackedLayout.StripWidth, width = strips * PackedLayout.StripWidth;
        bool tail = job.N - column < width;
        float* c = tail ? aside : job.C + column;
        nint ldc = tail ? width : job.Ldc;
        job.Start(0, job.M, column, width, c, ldc);
        byte* codes = job.Weights + (strip * job.StripBytes);
        var arguments = new TileArguments
        {
            A = job.Rows.Values,
            StrideA = job.Rows.Stride,
            B = codes,
            StrideB = (nint)job.StripBytes,
            C = c,
            StrideC = ldc * sizeof(float),
            Scales = job.Rows.Scales,
            Offsets = job.Rows.GroupOffsets,
            StrideScales = job.Rows.Capacity * sizeof(float),
            Blocks = job.Blocks,
            WeightScales = codes + ((long)job.Blocks * PackedLayout.Int4CodeBytes),
            Levels = Levels,
        };
        PackedTiles.Vnni!.Codes(job.M, strips)(&arguments);
        if (tail)
            job.Finish(c, ldc, column, width);
    }

    // Some panels together: a part of the rows of X stays in the second-level cache while they pass by.
    private static void Panels(ref PackedJob job, int first, int last, byte* scratch)
    {
        int most = job.M <= PackedTiles.MaxRows && !job.HasGroups ? job.Blocks : job.Format == WeightFormat.BFloat16 ? HalfBlocks : ByteBlocks;
        float* aside = (float*)scratch;
        byte* spread = scratch + (((long)job.M * PanelWidth * sizeof(float)) + 63) / 64 * 64;
        most = PackedJob.EvenPart(job.Blocks, most, 1);
        int mostRows = PackedJob.EvenPart(job.M, RowsAtOnce, PackedTiles.MaxRows);
        for (int row = 0; row < job.M; row += mostRows)
        {
            for (int block = 0; block < job.Blocks; block += most)
            {
                for (int panel = first; panel < last; panel++)
                    PartOfPanel(ref job, panel * PanelStrips, row, Math.Min(mostRows, job.M - row), block, Math.Min(most, job.Blocks - block), aside, spread);
            }
        }
        int strip = (last - 1) * PanelStrips, column = strip * PackedLayout.StripWidth, width = Math.Min(PanelStrips, job.Strips - strip) * PackedLayout.StripWidth;
        if (job.N - column < width)
            job.Finish(aside, PanelWidth, column, width);
    }

    private static void PartOfPanel(ref PackedJob job, int strip, int row, int rows, int block, int blocks, float* aside, byte* spread)
    {
        int strips = Math.Min(PanelStrips, job.Strips - strip), column = strip * PackedLayout.StripWidth, width = strips * PackedLayout.StripWidth;
        bool tail = job.N - column < width;
        byte* b = job.Weights + (strip * job.StripBytes);
        nint strideB = (nint)job.StripBytes;
        if (job.HasGroups)
        {
            strideB = blocks * LevelSpread.BlockBytes;
            for (int v = 0; v < strips; v++)
                LevelSpread.Spread(job.Format, b + (v * job.StripBytes), job.Blocks, block, blocks, spread + (v * strideB));
            b = spread;
        }
        else
        {
            b += (long)block * (job.Format == WeightFormat.Int8 ? PackedLayout.Int8BlockBytes : PackedLayout.BFloat16BlockBytes);
        }
        Rows(ref job, strips, column, width, row, row + rows, block, blocks, b, strideB, tail ? aside : job.C + column, tail ? PanelWidth : job.Ldc);
    }

    private static void Rows(ref PackedJob job, int strips, int column, int width, int first, int last, int block, int blocks, byte* b, nint strideB, float* c, nint ldc)
    {
        int most = job.HasGroups ? PackedTiles.MaxSpreadRows : PackedTiles.MaxRows;
        bool halves = job.Format == WeightFormat.BFloat16;
        PackedTiles tiles = halves ? PackedTiles.BFloat16! : PackedTiles.Vnni!;
        int offsets = job.HasGroups ? block * PackedLayout.GroupsPerBlock : block;
        var arguments = new TileArguments
        {
            StrideA = halves ? job.HalfStride * sizeof(ushort) : job.Rows.Stride,
            B = b,
            StrideB = strideB,
            StrideC = ldc * sizeof(float),
            StrideScales = job.Rows.Capacity * sizeof(float),
            Blocks = halves ? blocks * (PackedLayout.Block / 8) : blocks,
        };
        for (int row = first; row < last;)
        {
            // The last two tiles share what is left, so that neither is a single row.
            int left = last - row, rows = left >= 2 * most || left <= most ? Math.Min(most, left) : (left + 1) / 2;
            if (block == 0)
                job.Start(row, rows, column, width, c, ldc);
            arguments.A = halves ? job.Halves + (row * job.HalfStride) + (block * PackedLayout.Block) : job.Rows.Values + (row * job.Rows.Stride) + (block * PackedLayout.Block);
            arguments.C = c + (row * ldc);
            arguments.Scales = job.Rows.Scales + ((long)block * job.Rows.Capacity) + row;
            arguments.Offsets = (job.HasGroups ? job.Rows.GroupOffsets : job.Rows.BlockOffsets) + ((long)offsets * job.Rows.Capacity) + row;
            (job.HasGroups ? tiles.Spread(rows, strips) : tiles.Tile(rows, strips))(&arguments);
            row += rows;
        }
    }

    private static byte* MakeLevels()
    {
        byte* levels = (byte*)NativeMemory.AlignedAlloc(64, 64);
        for (int i = 0; i < 4; i++)
            Int4Codebook.Unsigned.CopyTo(new Span<byte>(levels + (16 * i), 16));
        return levels;
    }
}
