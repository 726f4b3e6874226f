using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Quantization;

/// <summary>The codes of a group of 32 weights of sixteen outputs, read in 256-bit registers.</summary>
internal unsafe interface IGroupCodes
{
    /// <summary>Bytes of the codes of a group.</summary>
    static abstract int Bytes { get; }

    /// <summary>Two steps of four weights as levels with their offset: outputs 0-7 and 8-15 of the even step, then of the odd one.</summary>
    /// <param name="group">The codes of the group.</param>
    /// <param name="pair">Which two steps, 0..3; a constant, so that nothing is left of choosing.</param>
    /// <param name="even0">Outputs 0-7 of the even step.</param>
    /// <param name="even1">Outputs 8-15 of the even step.</param>
    /// <param name="odd0">Outputs 0-7 of the odd step.</param>
    /// <param name="odd1">Outputs 8-15 of the odd step.</param>
    static abstract void Unpack(byte* group, int pair, out Vector256<byte> even0, out Vector256<byte> even1, out Vector256<byte> odd0, out Vector256<byte> odd1);
}

/// <summary>Codes of <see cref="WeightFormat.Int4"/>.</summary>
internal readonly unsafe struct FourBitCodes : IGroupCodes
{
    public static int Bytes => PackedLayout.Int4CodeBytes / PackedLayout.GroupsPerBlock;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack(byte* group, int pair, out Vector256<byte> even0, out Vector256<byte> even1, out Vector256<byte> odd0, out Vector256<byte> odd1)
    {
        Vector256<byte> levels = Vector256.Create(Vector128.Create(Int4Codebook.Unsigned)), mask = Vector256.Create((byte)0x0f);
        Vector256<byte> codes0 = Vector256.Load(group + (64 * pair)), codes1 = Vector256.Load(group + (64 * pair) + 32);
        even0 = Avx2.Shuffle(levels, codes0 & mask);
        even1 = Avx2.Shuffle(levels, codes1 & mask);
        odd0 = Avx2.Shuffle(levels, (codes0.AsUInt16() >>> 4).AsByte() & mask);
        odd1 = Avx2.Shuffle(levels, (codes1.AsUInt16() >>> 4).AsByte() & mask);
    }
}

/// <summary>Codes of <see cref="WeightFormat.Int6"/>.</summary>
internal readonly unsafe struct SixBitCodes : IGroupCodes
{
    public static int Bytes => PackedLayout.Int6CodeBytes / PackedLayout.GroupsPerBlock;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack(byte* group, int pair, out Vector256<byte> even0, out Vector256<byte> even1, out Vector256<byte> odd0, out Vector256<byte> odd1)
    {
        byte* upper = group + 256 + (pair / 2 * 64);
        One(Vector256.Load(group + (64 * pair)), Vector256.Load((ushort*)upper), pair, out even0, out odd0);
        One(Vector256.Load(group + (64 * pair) + 32), Vector256.Load((ushort*)(upper + 32)), pair, out even1, out odd1);
    }

    // What a shift carries into the neighbouring byte is masked away.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One(Vector256<byte> codes, Vector256<ushort> upper, int pair, out Vector256<byte> even, out Vector256<byte> odd)
    {
        Vector256<byte> low = Vector256.Create((byte)0x0f), high = Vector256.Create((byte)0x30);
        Vector256<ushort> bits = pair % 2 == 0 ? upper << 4 : upper;
        even = (codes & low) | (bits.AsByte() & high);
        odd = ((codes.AsUInt16() >>> 4).AsByte() & low) | ((bits >>> 2).AsByte() & high);
    }
}
