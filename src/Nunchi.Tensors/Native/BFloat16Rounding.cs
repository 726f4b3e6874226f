using System.Runtime.InteropServices;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Nunchi.Tensors.Native;

/// <summary>
/// The inner loops of <see cref="BFloat16Packing"/> as machine code: one instruction rounds sixteen or thirty-two floats (VCVTNEPS2BF16, VCVTNE2PS2BF16: nearest even), for which .NET has no name.
/// Numbers below the normal ones become zero, as they do in the products.
/// </summary>
internal sealed unsafe class BFloat16Rounding
{
    private const int WidestVectors = 3;

    private static readonly Lazy<BFloat16Rounding?> Loaded = new(Load);
    private static readonly ushort* Interleaved = MakeIndices();

    private readonly nint _alongK;
    private readonly nint[] _acrossK;

    private BFloat16Rounding(nint alongK, nint[] acrossK) => (_alongK, _acrossK) = (alongK, acrossK);

    /// <summary>The loops, assembled once; null where the processor or the system cannot run them.</summary>
    public static BFloat16Rounding? Shared => Loaded.Value;

    /// <summary>Eight lines along k, sixteen k a block: what <see cref="BFloat16Packing.AlongK"/> does with a group of lines.</summary>
    /// <param name="source">First line.</param>
    /// <param name="stride">Floats from one line to the next.</param>
    /// <param name="blocks">Blocks of sixteen k.</param>
    /// <param name="destination">Where the first pair of the first line goes.</param>
    /// <param name="width">Words from one pair to the next.</param>
    public void EightLines(float* source, long stride, int blocks, uint* destination, int width) =>
        ((delegate* unmanaged[SuppressGCTransition]<float*, nint, nint, uint*, nint, void>)_alongK)(source, (nint)stride * sizeof(float), blocks, destination, (nint)width * sizeof(uint));

    /// <summary>One pair of k of whole panels across k.</summary>
    /// <param name="even">The even k of the first panel's first line.</param>
    /// <param name="odd">The odd k.</param>
    /// <param name="panels">How many.</param>
    /// <param name="width">Lines of a panel: 8, 16, 32 or 48.</param>
    /// <param name="destination">Where the pair of the first panel goes.</param>
    /// <param name="step">Words from one panel to the next.</param>
    public void Pair(float* even, float* odd, int panels, int width, uint* destination, long step) =>
        ((delegate* unmanaged[SuppressGCTransition]<float*, float*, nint, uint*, nint, ushort*, void>)_acrossK[width / 16])(even, odd, panels, destination, (nint)step * sizeof(uint), Interleaved);

    private static BFloat16Rounding? Load()
    {
        if (!BFloat16Tile.IsProcessorCapable)
            return null;
        var alongK = (nint)ExecutableMemory.TryLoad(AssembleAlongK());
        nint[] acrossK = [.. Enumerable.Range(0, WidestVectors + 1).Select(vectors => (nint)ExecutableMemory.TryLoad(AssembleAcrossK(vectors)))];
        return alongK == 0 || acrossK.Contains(0) ? null : new BFloat16Rounding(alongK, acrossK);
    }

    // Thirty-two words, those of the second register between those of the first; behind them the same for registers of half the size.
    private static ushort* MakeIndices()
    {
        var indices = (ushort*)NativeMemory.AlignedAlloc(96, 64);
        for (int i = 0; i < 16; i++)
        {
            indices[2 * i] = (ushort)i;
            indices[(2 * i) + 1] = (ushort)(16 + i);
        }
        for (int i = 0; i < 8; i++)
        {
            indices[32 + (2 * i)] = (ushort)i;
            indices[32 + (2 * i) + 1] = (ushort)(8 + i);
        }
        return indices;
    }

    // System V: rdi source, rsi bytes between lines, rdx blocks, rcx destination, r8 bytes between pairs.
    private static byte[] AssembleAlongK()
    {
        AssemblerRegisterYMM[] y = [ymm0, ymm1, ymm2, ymm3, ymm4, ymm5, ymm6, ymm7], z = [ymm8, ymm9, ymm10, ymm11, ymm12, ymm13, ymm14, ymm15];
        AssemblerRegister64[] halves = [rdi, r10];
        return AssembleLoop(
            c =>
            {
                c.lea(r9, __[rsi + (rsi * 2)]);
                c.lea(r10, __[rdi + (rsi * 4)]);
            },
            c =>
            {
                for (int half = 0; half < 2; half++)
                {
                    c.vcvtneps2bf16(y[4 * half], __zmmword_ptr[halves[half]]);
                    c.vcvtneps2bf16(y[(4 * half) + 1], __zmmword_ptr[halves[half] + rsi]);
                    c.vcvtneps2bf16(y[(4 * half) + 2], __zmmword_ptr[halves[half] + (rsi * 2)]);
                    c.vcvtneps2bf16(y[(4 * half) + 3], __zmmword_ptr[halves[half] + r9]);
                }
                // A transposition of eight by eight words: pairs of lines, then fours, then all.
                for (int two = 0; two < 8; two += 2)
                {
                    c.vpunpckldq(z[two], y[two], y[two + 1]);
                    c.vpunpckhdq(z[two + 1], y[two], y[two + 1]);
                }
                for (int four = 0; four < 8; four += 4)
                {
                    c.vpunpcklqdq(y[four], z[four], z[four + 2]);
                    c.vpunpckhqdq(y[four + 1], z[four], z[four + 2]);
                    c.vpunpcklqdq(y[four + 2], z[four + 1], z[four + 3]);
                    c.vpunpckhqdq(y[four + 3], z[four + 1], z[four + 3]);
                }
                foreach (byte part in (byte[])[0x20, 0x31])
                {
                    for (int i = 0; i < 4; i++)
                    {
                        c.vperm2i128(ymm8, y[i], y[i + 4], part);
                        c.vmovdqu(__ymmword_ptr[rcx], ymm8);
                        c.add(rcx, r8);
                    }
                }
                c.add(rdi, 64);
                c.add(r10, 64);
            });
    }

    // System V: rdi even, rsi odd, rdx panels, rcx destination, r8 bytes between panels, r9 indices. No vectors: a panel of eight lines.
    private static byte[] AssembleAcrossK(int vectors) => AssembleLoop(
        c =>
        {
            if (vectors == 0)
                c.vmovdqu16(ymm1, __ymmword_ptr[r9 + 64]);
            else
                c.vmovdqu16(zmm1, __zmmword_ptr[r9]);
        },
        c =>
        {
            if (vectors == 0)
            {
                c.vmovups(ymm0, __ymmword_ptr[rsi]);
                c.vcvtne2ps2bf16(ymm0, ymm0, __ymmword_ptr[rdi]);
                c.vpermw(ymm0, ymm1, ymm0);
                c.vmovdqu32(__ymmword_ptr[rcx], ymm0);
            }
            for (int v = 0; v < vectors; v++)
            {
                c.vmovups(zmm0, __zmmword_ptr[rsi + (64 * v)]);
                c.vcvtne2ps2bf16(zmm0, zmm0, __zmmword_ptr[rdi + (64 * v)]);
                c.vpermw(zmm0, zmm1, zmm0);
                c.vmovdqu32(__zmmword_ptr[rcx + (64 * v)], zmm0);
            }
            int bytes = vectors == 0 ? 32 : 64 * vectors;
            c.add(rdi, bytes);
            c.add(rsi, bytes);
            c.add(rcx, r8);
        });

    // Both loops count rdx down.
    private static byte[] AssembleLoop(Action<Assembler> prepare, Action<Assembler> step)
    {
        var c = new Assembler(64);
        Label loop = c.CreateLabel(), end = c.CreateLabel();
        c.test(rdx, rdx);
        c.jz(end);
        prepare(c);
        c.Label(ref loop);
        step(c);
        c.dec(rdx);
        c.jnz(loop);
        c.Label(ref end);
        c.vzeroupper();
        c.ret();
        return ExecutableMemory.Bytes(c);
    }
}
