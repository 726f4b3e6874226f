using System.Runtime.CompilerServices;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

internal sealed unsafe partial class VectorBackend<V, S>
{
    /// <summary>Columns in one item of a job that splits by columns: one or more cache lines.</summary>
    private const int Strip = 32;

    private const int Tile = 32;

    private struct RowArguments
    {
        public float* X;
        public float* Y;
        public float* Z;
        public int* Indices;
        public ushort* Narrow;
        public int Rows;
        public int Width;
        public int Stride;
        public int Period;
        public bool Accumulate;
        public long Count;
    }

    public override void ColumnSums(float* x, int m, int n, int ldx, float* sums, bool accumulate)
    {
        var a = new RowArguments { X = x, Y = sums, Rows = m, Width = n, Stride = ldx, Accumulate = accumulate };
        Pool.For((n + Strip - 1) / Strip, m > 512 ? 1 : 4, &ColumnSumsBody, &a);
    }

    public override void AddPeriodic(float* x, float* table, float* y, int rows, int width, int period)
    {
        var a = new RowArguments { X = x, Y = table, Z = y, Rows = rows, Width = width, Period = period };
        Pool.For(rows, RowGrain(width), &AddPeriodicBody, &a);
    }

    public override void AddPeriodicBackward(float* dy, float* dTable, int rows, int width, int period, bool accumulate)
    {
        var a = new RowArguments { X = dy, Y = dTable, Rows = rows, Width = width, Period = period, Accumulate = accumulate };
        Pool.For(period, RowGrain(width), &AddPeriodicBackwardBody, &a);
    }

    public override void GatherRows(float* source, int* indices, float* destination, int rows, int width)
    {
        var a = new RowArguments { X = source, Indices = indices, Y = destination, Rows = rows, Width = width };
        Pool.For(rows, 4 * RowGrain(width), &GatherBody, &a);
    }

    public override void ScatterAddRows(float* source, int* indices, float* destination, int rows, int width)
    {
        var a = new RowArguments { X = source, Indices = indices, Y = destination, Rows = rows, Width = width };
        Pool.For((width + Strip - 1) / Strip, rows > 64 ? 1 : int.MaxValue, &ScatterBody, &a);
    }

    public override void Transpose(float* source, float* destination, int rows, int columns)
    {
        var a = new RowArguments { X = source, Y = destination, Rows = rows, Width = columns };
        Pool.For((rows + Tile - 1) / Tile, Math.Max(1, 8192 / Math.Max(1, Tile * columns)), &TransposeBody, &a);
    }

    public override void FromBFloat16(ushort* source, float* destination, long count)
    {
        var a = new RowArguments { Narrow = source, Y = destination, Count = count };
        Pool.For(Blocks(count), 4, &FromBFloat16Body, &a);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ColumnSumsBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(RowArguments*)context;
        for (var c = start * Strip; c < Math.Min(a.Width, end * Strip); c += S.Count)
        {
            var n = Math.Min(S.Count, a.Width - c);
            var total = a.Accumulate ? S.LoadPartial(a.Y + c, n) : S.Zero;
            for (var first = 0; first < a.Rows; first += 256)
            {
                var last = Math.Min(a.Rows, first + 256);
                var even = S.Zero;
                var odd = S.Zero;
                var x = a.X + ((long)first * a.Stride) + c;
                var r = first;
                if (n == S.Count)
                {
                    for (; r + 2 <= last; r += 2, x += 2L * a.Stride)
                    {
                        even = S.Add(even, S.Load(x));
                        odd = S.Add(odd, S.Load(x + a.Stride));
                    }
                }
                for (; r < last; r++, x += a.Stride) even = S.Add(even, S.LoadPartial(x, n));
                total = S.Add(total, S.Add(even, odd));
            }
            S.StorePartial(a.Y + c, total, n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPeriodicBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(RowArguments*)context;
        for (var r = start; r < end; r++)
        {
            var offset = (long)r * a.Width;
            SumRow(a.X + offset, a.Y + ((long)(r % a.Period) * a.Width), a.Z + offset, a.Width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPeriodicBackwardBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(RowArguments*)context;
        for (var p = start; p < end; p++)
        {
            var table = a.Y + ((long)p * a.Width);
            if (!a.Accumulate) new Span<float>(table, a.Width).Clear();
            for (var r = p; r < a.Rows; r += a.Period) SumRow(table, a.X + ((long)r * a.Width), table, a.Width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SumRow(float* x, float* y, float* z, int width)
    {
        var c = 0;
        for (; c + S.Count <= width; c += S.Count) S.Store(z + c, S.Add(S.Load(x + c), S.Load(y + c)));
        if (c < width) S.StorePartial(z + c, S.Add(S.LoadPartial(x + c, width - c), S.LoadPartial(y + c, width - c)), width - c);
    }

    private static void GatherBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(RowArguments*)context;
        for (var r = start; r < end; r++)
        {
            var destination = new Span<float>(a.Y + ((long)r * a.Width), a.Width);
            if (a.Indices[r] < 0) destination.Clear();
            else new ReadOnlySpan<float>(a.X + ((long)a.Indices[r] * a.Width), a.Width).CopyTo(destination);
        }
    }

    /// <summary>Splits by columns, so that repeated rows are added in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScatterBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(RowArguments*)context;
        var first = start * Strip;
        var width = Math.Min(a.Width, end * Strip) - first;
        for (var r = 0; r < a.Rows; r++)
        {
            if (a.Indices[r] < 0) continue;
            var destination = a.Y + ((long)a.Indices[r] * a.Width) + first;
            SumRow(destination, a.X + ((long)r * a.Width) + first, destination, width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(RowArguments*)context;
        long rows = a.Rows;
        long columns = a.Width;
        for (long r0 = start * Tile; r0 < Math.Min(rows, (long)end * Tile); r0 += Tile)
        {
            var rEnd = Math.Min(rows, r0 + Tile);
            for (long c0 = 0; c0 < columns; c0 += Tile)
            {
                var cEnd = Math.Min(columns, c0 + Tile);
                for (var c = c0; c < cEnd; c++)
                {
                    for (var r = r0; r < rEnd; r++) a.Y[(c * rows) + r] = a.X[(r * columns) + c];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FromBFloat16Body(void* context, int start, int end, int worker)
    {
        ref var a = ref *(RowArguments*)context;
        var i = (long)start * Block;
        var last = Math.Min(a.Count, (long)end * Block);
        for (; i + S.Count <= last; i += S.Count) S.Store(a.Y + i, S.LoadBFloat16(a.Narrow + i));
        for (; i < last; i++) a.Y[i] = BitConverter.UInt32BitsToSingle((uint)a.Narrow[i] << 16);
    }
}
