using Iced.Intel;
using Nunchi.Tensors.Quantization;
using static Iced.Intel.AssemblerRegisters;
using static Nunchi.Tensors.Native.TileRegisters;

namespace Nunchi.Tensors.Native;

/// <summary>
/// Machine code of the tiles of packed products for AVX-512 with VNNI (VPDPBUSD) or BF16 (VDPBF16PS). A tile is R rows by V strips of sixteen outputs; every element of C has
/// its own chain of operations, the same in every tile, so it has the same bits in any batch.
/// </summary>
internal static class PackedCode
{
    private const int Weights = 24, Broadcasts = 27;

    /// <summary>
    /// C += scales (A B) for 8-bit weights. A block of 128 is summed in 32-bit whole numbers: 128 products of at most 255 * 127 are far from overflow, and VPDPBUSD does not saturate.
    /// </summary>
    public static void Int8(Assembler c, int rows, int strips)
    {
        Enter(c, rows);
        c.mov(rdi, __qword_ptr[rdi + 72]);
        Label block = c.CreateLabel(), steps = c.CreateLabel();
        c.Label(ref block);
        StartSums(c, rows, strips, bytesPerRow: 4);
        c.mov(eax, 8);
        c.Label(ref steps);
        for (int step = 0; step < 4; step++)
            DotStep(c, rows, strips, 4 * step, 64 * step, bfloat: false);
        AdvanceA(c, rows, 16);
        c.add(rdx, 256);
        c.dec(eax);
        c.jnz(steps);
        for (int v = 0; v < strips; v++)
            c.vmovups(Zmm[Weights + v], StripOfB(v, 0));
        for (int row = 0; row < rows; row++)
        {
            for (int v = 0; v < strips; v++)
            {
                AssemblerRegisterZMM sum = Zmm[(row * strips) + v], scale = Zmm[Broadcasts + (((row * strips) + v) % 4)];
                c.vcvtdq2ps(sum, sum);
                c.vmulps(scale, Zmm[Weights + v], __dword_bcst[r13 + (4 * row)]);
                c.vfmadd213ps(sum, scale, RowOfC(row, 64 * v));
                c.vmovups(RowOfC(row, 64 * v), sum);
            }
        }
        c.add(rdx, 64);
        c.add(r13, r15);
        c.dec(rdi);
        c.jnz(block);
        Leave(c);
    }

    /// <summary>
    /// C += scales (A B) for 4-bit weights that were spread to bytes: for each group [8 steps][16][4] levels and 16 group scales as float32, after four groups 16 block scales.
    /// Sums of a group times its scale, added over a block, stay below 2^24: float32 holds them exactly.
    /// </summary>
    public static void LevelSpread(Assembler c, int rows, int strips)
    {
        const int Floats = 12;
        Enter(c, rows);
        c.mov(rdi, __qword_ptr[rdi + 72]);
        Label block = c.CreateLabel(), group = c.CreateLabel();
        c.Label(ref block);
        for (int i = 0; i < rows * strips; i++)
            c.vpxord(Zmm[Floats + i], Zmm[Floats + i], Zmm[Floats + i]);
        c.mov(eax, 4);
        c.Label(ref group);
        StartSums(c, rows, strips, bytesPerRow: 4);
        for (int step = 0; step < 8; step++)
            DotStep(c, rows, strips, 4 * step, 64 * step, bfloat: false);
        for (int v = 0; v < strips; v++)
            c.vmovups(Zmm[Weights + v], StripOfB(v, 512));
        for (int i = 0; i < rows * strips; i++)
        {
            c.vcvtdq2ps(Zmm[i], Zmm[i]);
            c.vfmadd231ps(Zmm[Floats + i], Zmm[i], Zmm[Weights + (i % strips)]);
        }
        AdvanceA(c, rows, 32);
        c.add(rdx, 576);
        c.dec(eax);
        c.jnz(group);
        for (int v = 0; v < strips; v++)
            c.vmovups(Zmm[Weights + v], StripOfB(v, 0));
        for (int row = 0; row < rows; row++)
        {
            for (int v = 0; v < strips; v++)
            {
                AssemblerRegisterZMM sum = Zmm[Floats + (row * strips) + v], scale = Zmm[Broadcasts + (((row * strips) + v) % 4)];
                c.vmulps(scale, Zmm[Weights + v], __dword_bcst[r13 + (4 * row)]);
                c.vfmadd213ps(sum, scale, RowOfC(row, 64 * v));
                c.vmovups(RowOfC(row, 64 * v), sum);
            }
        }
        c.add(rdx, 64);
        c.add(r13, r15);
        c.dec(rdi);
        c.jnz(block);
        Leave(c);
    }

    /// <summary>
    /// The same from 4-bit codes as they lie in memory: what decoding reads. A code becomes its level by one shuffle. Strips beside each other are several streams from memory, whose waiting
    /// times overlap; a strip alone is asked for ahead. Codes and scales of a strip lie apart. <see cref="TileArguments.StrideB"/> is from one strip's scales to the next as well.
    /// </summary>
    public static void Int4(Assembler c, int rows, int strips)
    {
        const int Floats = 8, Mask = 16, Levels = 17, Scale = 18, First = 20, Ahead = 4096, ScaleBytes = PackedLayout.StripWidth;
        Enter(c, rows);
        c.mov(rax, __qword_ptr[rdi + 88]);
        c.vmovups(Zmm[Levels], __[rax]);
        c.mov(eax, 0x0f0f0f0f);
        c.vpbroadcastd(Zmm[Mask], eax);
        c.mov(rax, __qword_ptr[rdi + 80]);
        c.mov(rdi, __qword_ptr[rdi + 72]);
        if (strips > 3)
        {
            // A single row leaves these two free: the fourth strip and its scales.
            c.lea(r12, __[r11 + (r11 * 2)]);
            c.lea(r10, __[rdx + r12]);
            c.add(r12, rax);
        }
        Label block = c.CreateLabel();
        c.Label(ref block);
        for (int i = 0; i < rows * strips; i++)
            c.vpxord(Zmm[Floats + i], Zmm[Floats + i], Zmm[Floats + i]);
        for (int group = 0; group < PackedLayout.GroupsPerBlock; group++)
        {
            StartSums(c, rows, strips, bytesPerRow: 4);
            for (int pair = 0; pair < 4; pair++)
            {
                for (int v = 0; v < strips; v++)
                {
                    int next = First + (2 * (((pair * strips) + v) % 6));
                    AssemblerRegisterZMM low = Zmm[next], high = Zmm[next + 1];
                    int values = (PackedLayout.Group * group) + (8 * pair);
                    if (strips == 1)
                        c.prefetcht0(__byte_ptr[rdx + (256 * group) + (64 * pair) + Ahead]);
                    c.vmovdqu32(high, StripOfB(v, (256 * group) + (64 * pair)));
                    c.vpandd(low, high, Zmm[Mask]);
                    c.vpsrlw(high, high, 4);
                    c.vpandd(high, high, Zmm[Mask]);
                    c.vpshufb(low, Zmm[Levels], low);
                    c.vpshufb(high, Zmm[Levels], high);
                    for (int row = 0; row < rows; row++)
                        c.vpdpbusd(Zmm[(row * strips) + v], low, Broadcast(RowOfA(row, values)));
                    for (int row = 0; row < rows; row++)
                        c.vpdpbusd(Zmm[(row * strips) + v], high, Broadcast(RowOfA(row, values + 4)));
                }
            }
            for (int v = 0; v < strips; v++)
            {
                c.vpmovsxbd(Zmm[Scale + (v % 2)], ScalesOf(v, ScaleBytes * group));
                c.vcvtdq2ps(Zmm[Scale + (v % 2)], Zmm[Scale + (v % 2)]);
                for (int row = 0; row < rows; row++)
                {
                    AssemblerRegisterZMM sum = Zmm[(row * strips) + v];
                    c.vcvtdq2ps(sum, sum);
                    c.vfmadd231ps(Zmm[Floats + (row * strips) + v], sum, Zmm[Scale + (v % 2)]);
                }
            }
        }
        AdvanceA(c, rows, PackedLayout.Block);
        c.add(rdx, PackedLayout.Int4CodeBytes);
        if (strips > 3)
            c.add(r10, PackedLayout.Int4CodeBytes);
        for (int v = 0; v < strips; v++)
        {
            c.vpmovzxwd(Zmm[Scale], ScalesOf(v, ScaleBytes * PackedLayout.GroupsPerBlock));
            c.vpslld(Zmm[Scale], Zmm[Scale], 16);
            for (int row = 0; row < rows; row++)
            {
                AssemblerRegisterZMM sum = Zmm[Floats + (row * strips) + v], scale = Zmm[First + (row % 4)];
                c.vmulps(scale, Zmm[Scale], __dword_bcst[r13 + (4 * row)]);
                c.vfmadd213ps(sum, scale, RowOfC(row, 64 * v));
                c.vmovups(RowOfC(row, 64 * v), sum);
            }
        }
        c.add(rax, PackedLayout.GroupScaleBytes);
        if (strips > 3)
            c.add(r12, PackedLayout.GroupScaleBytes);
        c.add(r13, r15);
        c.dec(rdi);
        c.jnz(block);
        Leave(c);
    }

    private static AssemblerMemoryOperand ScalesOf(int strip, int displacement) => Strip(rax, r12, strip, displacement);

    /// <summary>C += A B for bfloat16, pairs along the sum; sums stay in registers to the end. <see cref="TileArguments.Blocks"/> counts four pairs each here.</summary>
    public static void BFloat16(Assembler c, int rows, int strips)
    {
        Enter(c, rows);
        c.mov(rax, __qword_ptr[rdi + 72]);
        for (int row = 0; row < rows; row++)
        {
            for (int v = 0; v < strips; v++)
                c.vmovups(Zmm[(row * strips) + v], RowOfC(row, 64 * v));
        }
        Label steps = c.CreateLabel();
        c.Label(ref steps);
        for (int step = 0; step < 4; step++)
            DotStep(c, rows, strips, 4 * step, 64 * step, bfloat: true);
        AdvanceA(c, rows, 16);
        c.add(rdx, 256);
        c.dec(rax);
        c.jnz(steps);
        for (int row = 0; row < rows; row++)
        {
            for (int v = 0; v < strips; v++)
                c.vmovups(RowOfC(row, 64 * v), Zmm[(row * strips) + v]);
        }
        Leave(c);
    }

    private static void StartSums(Assembler c, int rows, int strips, int bytesPerRow)
    {
        for (int row = 0; row < rows; row++)
        {
            c.vpbroadcastd(Zmm[row * strips], __dword_ptr[r14 + (bytesPerRow * row)]);
            for (int v = 1; v < strips; v++)
                c.vmovdqa32(Zmm[(row * strips) + v], Zmm[row * strips]);
        }
        c.add(r14, r15);
    }

    private static void DotStep(Assembler c, int rows, int strips, int displacementA, int displacementB, bool bfloat)
    {
        for (int v = 0; v < strips; v++)
            c.vmovups(Zmm[Weights + v], StripOfB(v, displacementB));
        for (int row = 0; row < rows; row++)
        {
            AssemblerRegisterZMM broadcast = Zmm[Broadcasts + (row % 4)];
            c.vpbroadcastd(broadcast, RowOfA(row, displacementA));
            for (int v = 0; v < strips; v++)
            {
                if (bfloat)
                    c.vdpbf16ps(Zmm[(row * strips) + v], Zmm[Weights + v], broadcast);
                else
                    c.vpdpbusd(Zmm[(row * strips) + v], Zmm[Weights + v], broadcast);
            }
        }
    }

    private static AssemblerMemoryOperand Broadcast(AssemblerMemoryOperand place) => __dword_bcst[place];
}
