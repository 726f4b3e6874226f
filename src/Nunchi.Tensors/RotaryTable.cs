using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors;

/// <summary>Cosines and sines of rotary embedding: angle(position, i) = position * theta^(-2 i / headSize), float32 as the reference computes it.</summary>
public sealed unsafe class RotaryTable : IDisposable
{
    /// <summary>Tables for positions 0 .. <paramref name="positions"/> - 1.</summary>
    /// <param name="backend">Where the tables lie.</param>
    /// <param name="positions">Longest sequence.</param>
    /// <param name="headSize">Floats per head, even.</param>
    /// <param name="theta">Base of the frequencies, for example 1,000,000.</param>
    public RotaryTable(ComputeBackend backend, int positions, int headSize, double theta) : this(backend, positions, Frequencies(headSize, theta))
    {
    }

    /// <summary>Tables for positions 0 .. <paramref name="positions"/> - 1 from frequencies of the caller's own.</summary>
    /// <param name="backend">Where the tables lie.</param>
    /// <param name="positions">Longest sequence.</param>
    /// <param name="frequencies">One for each pair of dimensions: angle = position * frequency.</param>
    public RotaryTable(ComputeBackend backend, int positions, ReadOnlySpan<float> frequencies)
    {
        int half = frequencies.Length;
        HeadSize = half * 2;
        Cosines = new Tensor(backend, positions, half);
        Sines = new Tensor(backend, positions, half);
        for (int i = 0; i < half; i++)
        {
            for (int p = 0; p < positions; p++)
            {
                float angle = p * frequencies[i];
                Cosines.Data[((long)p * half) + i] = MathF.Cos(angle);
                Sines.Data[((long)p * half) + i] = MathF.Sin(angle);
            }
        }
    }

    /// <summary>theta^(-2 i / headSize) for each pair of dimensions.</summary>
    /// <param name="headSize">Floats per head, even.</param>
    /// <param name="theta">Base.</param>
    /// <exception cref="ArgumentException">The head size is odd or below 2.</exception>
    public static float[] Frequencies(int headSize, double theta)
    {
        if (headSize < 2 || headSize % 2 != 0)
            throw new ArgumentException($"Rotary embedding needs an even head size, not {headSize}.", nameof(headSize));
        float[] frequencies = new float[headSize / 2];
        for (int i = 0; i < frequencies.Length; i++)
            frequencies[i] = 1f / (float)Math.Pow(theta, (float)(2 * i) / headSize);
        return frequencies;
    }

    /// <summary>Floats per head.</summary>
    public int HeadSize { get; }

    /// <summary>[positions, HeadSize / 2].</summary>
    public Tensor Cosines { get; }

    /// <summary>[positions, HeadSize / 2].</summary>
    public Tensor Sines { get; }

    /// <summary>Frees the tables.</summary>
    public void Dispose()
    {
        Cosines.Dispose();
        Sines.Dispose();
    }
}
