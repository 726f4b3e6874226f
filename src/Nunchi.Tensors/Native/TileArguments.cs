using System.Runtime.InteropServices;

namespace Nunchi.Tensors.Native;

/// <summary>What a tile of a packed product works on. Machine code reads the fields by their offsets.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct TileArguments
{
    /// <summary>First row of activations: signed bytes, or bfloat16.</summary>
    [FieldOffset(0)]
    public void* A;

    /// <summary>Bytes from one row of activations to the next.</summary>
    [FieldOffset(8)]
    public nint StrideA;

    /// <summary>First strip of weights, at the tile's first block.</summary>
    [FieldOffset(16)]
    public byte* B;

    /// <summary>Bytes from one strip to the next.</summary>
    [FieldOffset(24)]
    public nint StrideB;

    /// <summary>First row of C, to which the product is added.</summary>
    [FieldOffset(32)]
    public float* C;

    /// <summary>Bytes from one row of C to the next.</summary>
    [FieldOffset(40)]
    public nint StrideC;

    /// <summary>Scales of the activations of the first row and block.</summary>
    [FieldOffset(48)]
    public float* Scales;

    /// <summary>Offsets of the first row and block (8 bits) or group (4 bits).</summary>
    [FieldOffset(56)]
    public int* Offsets;

    /// <summary>Bytes from the scales (and offsets) of one block (group) to those of the next.</summary>
    [FieldOffset(64)]
    public nint StrideScales;

    /// <summary>Blocks of 128 along the sum; for bfloat16 parts of 8.</summary>
    [FieldOffset(72)]
    public nint Blocks;

    /// <summary>Group and block scales of a strip of 4-bit weights, at the tile's first block.</summary>
    [FieldOffset(80)]
    public byte* WeightScales;

    /// <summary>64 bytes: the sixteen levels of 4-bit weights four times, offset added.</summary>
    [FieldOffset(88)]
    public byte* Levels;
}
