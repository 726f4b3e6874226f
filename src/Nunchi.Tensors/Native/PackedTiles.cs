using System.Runtime.Intrinsics.X86;
using Iced.Intel;

namespace Nunchi.Tensors.Native;

/// <summary>The tiles of packed products as machine code, assembled once when they are first wanted. Null where the processor or the system cannot run them.</summary>
internal sealed unsafe class PackedTiles
{
    /// <summary>Most strips of a tile.</summary>
    public const int MaxStrips = 3;

    private const int MostCodeStrips = 6;

    /// <summary>Most rows of a tile.</summary>
    public const int MaxRows = 8;

    /// <summary>Most rows of a tile of spread 4-bit weights.</summary>
    public const int MaxSpreadRows = 4;

    private static readonly Lazy<PackedTiles?> Integers = new(() => IsVnniCapable ? Load(bfloat: false) : null);
    private static readonly Lazy<PackedTiles?> Floats = new(() => BFloat16Tile.IsProcessorCapable ? Load(bfloat: true) : null);

    private readonly nint[] _tiles = new nint[MaxRows * MaxStrips];
    private readonly nint[] _spread = new nint[MaxSpreadRows * MaxStrips];
    private readonly nint[] _codes = new nint[MaxRows * MostCodeStrips];

    private PackedTiles()
    {
    }

    /// <summary>Whether the processor has AVX-512 VNNI (CPUID leaf 7, ECX bit 11) and the runtime allows 512-bit registers.</summary>
    public static bool IsVnniCapable => Avx512BW.IsSupported && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;

    /// <summary>Tiles of 8-bit and 4-bit weights (AVX-512 VNNI).</summary>
    public static PackedTiles? Vnni => Integers.Value;

    /// <summary>Tiles of bfloat16 weights (AVX-512 BF16).</summary>
    public static PackedTiles? BFloat16 => Floats.Value;

    /// <summary>The tile of 8-bit weights, or of bfloat16 weights.</summary>
    public delegate* unmanaged[SuppressGCTransition]<TileArguments*, void> Tile(int rows, int strips) =>
        (delegate* unmanaged[SuppressGCTransition]<TileArguments*, void>)_tiles[((rows - 1) * MaxStrips) + strips - 1];

    /// <summary>The tile of 4-bit weights that were spread to bytes.</summary>
    public delegate* unmanaged[SuppressGCTransition]<TileArguments*, void> Spread(int rows, int strips) =>
        (delegate* unmanaged[SuppressGCTransition]<TileArguments*, void>)_spread[((rows - 1) * MaxStrips) + strips - 1];

    /// <summary>Most strips of a tile of 4-bit weights as they lie in memory: as many as eight sums allow, or of one row as many as there are registers to point at them.</summary>
    public static int MaxCodeStrips(int rows) => rows == 1 ? MostCodeStrips : Math.Min(MaxStrips, MaxRows / rows);

    /// <summary>The tile of 4-bit weights as they lie in memory, of at most <see cref="MaxCodeStrips"/> strips.</summary>
    public delegate* unmanaged[SuppressGCTransition]<TileArguments*, void> Codes(int rows, int strips) =>
        (delegate* unmanaged[SuppressGCTransition]<TileArguments*, void>)_codes[((rows - 1) * MostCodeStrips) + strips - 1];

    private static PackedTiles? Load(bool bfloat)
    {
        var code = new List<byte>();
        var starts = new List<(nint[] Table, int Index, int Start)>();
        var tiles = new PackedTiles();
        void Add(nint[] table, int index, Action<Assembler> write)
        {
            var assembler = new Assembler(64);
            write(assembler);
            while (code.Count % 64 != 0)
                code.Add(0xcc);
            starts.Add((table, index, code.Count));
            code.AddRange(ExecutableMemory.Bytes(assembler));
        }
        for (int rows = 1; rows <= MaxRows; rows++)
        {
            int r = rows;
            for (int strips = 1; strips <= MaxStrips; strips++)
            {
                int v = strips;
                Add(tiles._tiles, ((r - 1) * MaxStrips) + v - 1, bfloat ? c => PackedCode.BFloat16(c, r, v) : c => PackedCode.Int8(c, r, v));
                if (!bfloat && r <= MaxSpreadRows)
                    Add(tiles._spread, ((r - 1) * MaxStrips) + v - 1, c => PackedCode.LevelSpread(c, r, v));
            }
            for (int strips = 1; strips <= MaxCodeStrips(r) && !bfloat; strips++)
            {
                int v = strips;
                Add(tiles._codes, ((r - 1) * MostCodeStrips) + v - 1, c => PackedCode.Int4(c, r, v));
            }
        }
        byte* start = (byte*)ExecutableMemory.TryLoad(code.ToArray());
        if (start == null)
            return null;
        foreach (var (table, index, at) in starts)
            table[index] = (nint)(start + at);
        return tiles;
    }
}
