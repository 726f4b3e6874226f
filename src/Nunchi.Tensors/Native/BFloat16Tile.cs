using System.Runtime.Intrinsics.X86;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Nunchi.Tensors.Native;

/// <summary>
/// The inner tile of a bfloat16 matrix product, written as machine code because .NET names no AVX-512 BF16 instruction:
/// C[8, 48] = init + A B over pairs of k, products of bfloat16 exact, sums in float32 (VDPBF16PS). There are tiles of 16 and 32 columns for a last panel.
/// </summary>
internal sealed unsafe class BFloat16Tile
{
    /// <summary>Rows of the tile.</summary>
    public const int Rows = 8;

    /// <summary>Columns of the tile.</summary>
    public const int Columns = 48;

    /// <summary>Columns of the narrowest tile.</summary>
    public const int Lanes = 16;

    private static readonly Lock Gate = new();
    private static BFloat16Tile? s_shared;
    private static bool s_tried;

    private readonly nint _narrow;
    private readonly nint _middle;
    private readonly nint _wide;

    private BFloat16Tile(nint narrow, nint middle, nint wide) => (_narrow, _middle, _wide) = (narrow, middle, wide);

    /// <summary>
    /// The tile of 16, 32 or 48 columns:
    /// (pairs, A panel [pairs, 8] of bfloat16 pairs, B panel [pairs, columns] of pairs, C, bytes between rows of C, init, bytes between rows of init).
    /// A row stride of 0 repeats one init row: zeros or a bias.
    /// </summary>
    public delegate* unmanaged[SuppressGCTransition]<nint, uint*, uint*, float*, nint, float*, nint, void> Multiply(int columns) =>
        (delegate* unmanaged[SuppressGCTransition]<nint, uint*, uint*, float*, nint, float*, nint, void>)(columns <= Lanes ? _narrow : columns <= 2 * Lanes ? _middle : _wide);

    /// <summary>Whether the processor has AVX-512 BF16 (CPUID leaf 7, subleaf 1, EAX bit 5) and the runtime allows 512-bit registers.</summary>
    public static bool IsProcessorCapable => Avx512BW.IsSupported && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;

    /// <summary>The tile, assembled once; null where the processor or the system cannot run it.</summary>
    public static BFloat16Tile? Shared
    {
        get
        {
            lock (Gate)
            {
                if (s_tried)
                    return s_shared;
                s_tried = true;
                if (!IsProcessorCapable)
                    return null;
                void* narrow = ExecutableMemory.TryLoad(Assemble(1)), middle = ExecutableMemory.TryLoad(Assemble(2)), wide = ExecutableMemory.TryLoad(Assemble(3));
                if (narrow != null && middle != null && wide != null)
                    s_shared = new BFloat16Tile((nint)narrow, (nint)middle, (nint)wide);
                return s_shared;
            }
        }
    }

    // System V: rdi pairs, rsi A, rdx B, rcx C, r8 C row bytes, r9 init, [rsp+8] init row bytes.
    private static byte[] Assemble(int vectors)
    {
        var c = new Assembler(64);
        AssemblerRegisterZMM[] zmm =
        [
            zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
            zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
        ];
        c.mov(rax, __qword_ptr[rsp + 8]);
        for (int row = 0; row < Rows; row++)
        {
            for (int v = 0; v < vectors; v++)
                c.vmovups(zmm[(row * vectors) + v], __zmmword_ptr[r9 + (64 * v)]);
            c.add(r9, rax);
        }
        Label loop = c.CreateLabel(), store = c.CreateLabel();
        c.test(rdi, rdi);
        c.jz(store);
        c.Label(ref loop);
        for (int v = 0; v < vectors; v++)
            c.vmovups(zmm[24 + v], __zmmword_ptr[rdx + (64 * v)]);
        for (int row = 0; row < Rows; row++)
        {
            AssemblerRegisterZMM broadcast = zmm[27 + (row % 4)];
            c.vpbroadcastd(broadcast, __dword_ptr[rsi + (4 * row)]);
            for (int v = 0; v < vectors; v++)
                c.vdpbf16ps(zmm[(row * vectors) + v], zmm[24 + v], broadcast);
        }
        c.add(rsi, 4 * Rows);
        c.add(rdx, 4 * Lanes * vectors);
        c.dec(rdi);
        c.jnz(loop);
        c.Label(ref store);
        for (int row = 0; row < Rows; row++)
        {
            for (int v = 0; v < vectors; v++)
                c.vmovups(__zmmword_ptr[rcx + (64 * v)], zmm[(row * vectors) + v]);
            c.add(rcx, r8);
        }
        c.vzeroupper();
        c.ret();
        return ExecutableMemory.Bytes(c);
    }
}
