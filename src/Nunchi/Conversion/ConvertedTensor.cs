using System.Runtime.InteropServices;
using Nunchi.Checkpoints.Lora;
using Nunchi.Gguf;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Conversion;

/// <summary>A tensor on its way from one file to another.</summary>
internal sealed record ConvertedTensor(string Name, SafetensorsFile File, SafetensorsEntry Source, SafetensorsType Type)
{
    private const int ChunkElements = 1 << 20;

    /// <summary>The same tensor of other checkpoints: what is written is the mean of all.</summary>
    public IReadOnlyList<(SafetensorsFile File, SafetensorsEntry Entry)> Others { get; init; } = [];

    /// <summary>What an adapter does to the values, in order.</summary>
    public IReadOnlyList<LoraChange> Changes { get; init; } = [];

    /// <summary>Where the arithmetic of <see cref="Changes"/> happens.</summary>
    public ComputeBackend? Backend { get; init; }

    public long ByteCount => Source.Type == Type ? Source.ByteCount : Source.Count * ElementSize(Type);

    public static string TypeName(SafetensorsType type) => type switch
    {
        SafetensorsType.F8E4M3 => "F8_E4M3",
        SafetensorsType.F8E5M2 => "F8_E5M2",
        SafetensorsType.Bool => "BOOL",
        _ => type.ToString(),
    };

    /// <summary>Gives the tensor's bytes piece by piece.</summary>
    /// <exception cref="InvalidDataException">A value does not fit the new type.</exception>
    public unsafe void Write(AtomicFile target, Action<long> written)
    {
        if (Changes.Count > 0)
        {
            WriteChanged(target, written);
            return;
        }
        if (Source.Type == Type && Others.Count == 0)
        {
            for (long done = 0; done < Source.ByteCount; done += ChunkElements)
            {
                int count = (int)Math.Min(ChunkElements, Source.ByteCount - done);
                target.Write(new ReadOnlySpan<byte>(File.Locate(Source) + done, count));
                written(count);
            }
            File.Release(Source, 0, Source.Count);
            return;
        }
        float[] values = new float[Math.Min(ChunkElements, Source.Count)];
        ushort[] halves = Type == SafetensorsType.F32 ? [] : new ushort[values.Length];
        double[] sums = Others.Count == 0 ? [] : new double[values.Length];
        for (long done = 0; done < Source.Count; done += ChunkElements)
        {
            int count = (int)Math.Min(ChunkElements, Source.Count - done);
            Span<float> piece = values.AsSpan(0, count);
            SafetensorsRows.Read(File, Source, done, piece);
            File.Release(Source, done, count);
            if (Others.Count > 0)
                Average(piece, sums, done);
            WritePiece(target, written, piece, halves, done);
        }
    }

    // The values of this checkpoint come in, the means go out.
    private void Average(Span<float> piece, Span<double> sums, long first)
    {
        for (int i = 0; i < piece.Length; i++)
            sums[i] = piece[i];
        foreach ((SafetensorsFile file, SafetensorsEntry entry) in Others)
        {
            SafetensorsRows.Read(file, entry, first, piece);
            file.Release(entry, first, piece.Length);
            for (int i = 0; i < piece.Length; i++)
                sums[i] += piece[i];
        }
        for (int i = 0; i < piece.Length; i++)
            piece[i] = (float)(sums[i] / (1 + Others.Count));
    }

    // The sum needs the whole tensor.
    private unsafe void WriteChanged(AtomicFile target, Action<long> written)
    {
        float[] values = new float[Source.Count];
        ushort[] halves = Type == SafetensorsType.F32 ? [] : new ushort[Math.Min(ChunkElements, values.Length)];
        fixed (float* first = values)
        {
            File.Read(Source, 0, Source.Count, first);
            File.Release(Source, 0, Source.Count);
            foreach (LoraChange change in Changes)
                change.ApplyTo(first, Backend!);
        }
        for (int done = 0; done < values.Length; done += ChunkElements)
            WritePiece(target, written, values.AsSpan(done, Math.Min(ChunkElements, values.Length - done)), halves, done);
    }

    private void WritePiece(AtomicFile target, Action<long> written, ReadOnlySpan<float> piece, Span<ushort> halves, long first)
    {
        Round(piece, halves, first);
        target.Write(Type == SafetensorsType.F32 ? MemoryMarshal.AsBytes(piece) : MemoryMarshal.AsBytes(halves[..piece.Length]));
        written((long)piece.Length * ElementSize(Type));
    }

    private void Round(ReadOnlySpan<float> values, Span<ushort> halves, long first)
    {
        if (Type == SafetensorsType.BF16)
            FloatConversion.ToBFloat16(values, halves);
        if (Type != SafetensorsType.F16)
            return;
        for (int i = 0; i < values.Length; i++)
        {
            var half = (Half)values[i];
            if (Half.IsInfinity(half) && !float.IsInfinity(values[i]))
                throw new InvalidDataException($"{File.Path}: tensor \"{Source.Name}\", element {first + i} is {values[i]}, which does not fit into half precision (65504). Choose bf16 or f32.");
            halves[i] = BitConverter.HalfToUInt16Bits(half);
        }
    }

    private static int ElementSize(SafetensorsType type) => type == SafetensorsType.F32 ? 4 : 2;
}
