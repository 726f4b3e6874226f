using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Nunchi.Tensors.Native;

/// <summary>
/// What all tiles of packed products have in common: registers, rows of A and C reached from a base and strides, and the frame of a function (System V: rdi holds
/// <see cref="TileArguments"/>).
/// </summary>
internal static class TileRegisters
{
    /// <summary>The 512-bit registers.</summary>
    public static AssemblerRegisterZMM[] Zmm { get; } =
    [
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
    ];

    /// <summary>Saves registers and loads the arguments.</summary>
    public static void Enter(Assembler c, int rows)
    {
        c.push(rbx);
        c.push(rbp);
        c.push(r12);
        c.push(r13);
        c.push(r14);
        c.push(r15);
        c.mov(rsi, __qword_ptr[rdi]);
        c.mov(r8, __qword_ptr[rdi + 8]);
        c.mov(rdx, __qword_ptr[rdi + 16]);
        c.mov(r11, __qword_ptr[rdi + 24]);
        c.mov(rcx, __qword_ptr[rdi + 32]);
        c.mov(rbx, __qword_ptr[rdi + 40]);
        c.mov(r13, __qword_ptr[rdi + 48]);
        c.mov(r14, __qword_ptr[rdi + 56]);
        c.mov(r15, __qword_ptr[rdi + 64]);
        c.lea(r9, __[r8 + (r8 * 2)]);
        c.lea(rbp, __[rbx + (rbx * 2)]);
        if (rows <= 4)
            return;
        c.lea(r10, __[rsi + (r8 * 4)]);
        c.lea(r12, __[rcx + (rbx * 4)]);
    }

    /// <summary>Restores registers and returns.</summary>
    public static void Leave(Assembler c)
    {
        c.pop(r15);
        c.pop(r14);
        c.pop(r13);
        c.pop(r12);
        c.pop(rbp);
        c.pop(rbx);
        c.vzeroupper();
        c.ret();
    }

    /// <summary>A place in a row of A.</summary>
    public static AssemblerMemoryOperand RowOfA(int row, int displacement) => Row(row < 4 ? rsi : r10, r8, r9, row % 4, displacement);

    /// <summary>A place in a row of C.</summary>
    public static AssemblerMemoryOperand RowOfC(int row, int displacement) => Row(row < 4 ? rcx : r12, rbx, rbp, row % 4, displacement);

    /// <summary>A place in a strip of B; from the fourth on r10 holds where the fourth is, which only tiles of one row have free.</summary>
    public static AssemblerMemoryOperand StripOfB(int strip, int displacement) => Strip(rdx, r10, strip, displacement);

    /// <summary>A place in one of six strips that lie r11 bytes apart, of which registers hold the first and the fourth.</summary>
    public static AssemblerMemoryOperand Strip(AssemblerRegister64 first, AssemblerRegister64 fourth, int strip, int displacement)
    {
        AssemblerRegister64 start = strip < 3 ? first : fourth;
        return (strip % 3) switch
        {
            0 => __[start + displacement],
            1 => __[start + r11 + displacement],
            _ => __[start + (r11 * 2) + displacement],
        };
    }

    /// <summary>Moves on along the rows of A.</summary>
    public static void AdvanceA(Assembler c, int rows, int bytes)
    {
        c.add(rsi, bytes);
        if (rows > 4)
            c.add(r10, bytes);
    }

    private static AssemblerMemoryOperand Row(AssemblerRegister64 start, AssemblerRegister64 stride, AssemblerRegister64 thrice, int row, int displacement) => row switch
    {
        0 => __[start + displacement],
        1 => __[start + stride + displacement],
        2 => __[start + (stride * 2) + displacement],
        _ => __[start + thrice + displacement],
    };
}
