using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Nunchi.Tensors.Native;

/// <summary>Loops of 24 independent chains of one AVX-512 instruction that .NET does not name, all operands in registers: the most that it can compute.</summary>
internal static unsafe class PeakCode
{
    /// <summary>Chains of a round.</summary>
    public const int Chains = 24;

    private static readonly Lazy<nint> Vnni = new(() => PackedTiles.IsVnniCapable ? Load((c, sum) => c.vpdpbusd(sum, zmm30, zmm31)) : 0);
    private static readonly Lazy<nint> Vnni16 = new(() => PackedTiles.IsVnniCapable ? Load((c, sum) => c.vpdpwssd(sum, zmm30, zmm31)) : 0);
    private static readonly Lazy<nint> Float = new(() => BFloat16Tile.IsProcessorCapable ? Load((c, sum) => c.vdpbf16ps(sum, zmm30, zmm31)) : 0);

    /// <summary>VPDPBUSD: 64 multiply-adds of bytes an instruction.</summary>
    public static double Bytes(long rounds) => Run(Vnni.Value, rounds);

    /// <summary>VPDPWSSD: 32 multiply-adds of 16-bit numbers an instruction.</summary>
    public static double Shorts(long rounds) => Run(Vnni16.Value, rounds);

    /// <summary>VDPBF16PS: 32 multiply-adds of bfloat16 an instruction.</summary>
    public static double BFloat16(long rounds) => Run(Float.Value, rounds);

    private static double Run(nint code, long rounds)
    {
        ((delegate* unmanaged[SuppressGCTransition]<long, void>)code)(rounds);
        return rounds;
    }

    private static nint Load(Action<Assembler, AssemblerRegisterZMM> instruction)
    {
        var c = new Assembler(64);
        foreach (AssemblerRegisterZMM register in TileRegisters.Zmm)
            c.vpxord(register, register, register);
        Label loop = c.CreateLabel();
        c.Label(ref loop);
        for (int chain = 0; chain < Chains; chain++)
            instruction(c, TileRegisters.Zmm[chain]);
        c.dec(rdi);
        c.jnz(loop);
        c.vzeroupper();
        c.ret();
        return (nint)ExecutableMemory.TryLoad(ExecutableMemory.Bytes(c));
    }
}
