using Nunchi.Tensors.Cpu;

namespace Nunchi.Tensors.Quantization;

/// <summary>Packed products in plain loops, for any processor, with the same bits as the vector kernels in 8, 6 and 4 bits.</summary>
internal static unsafe class PlainProduct
{
    private const int Width = PackedLayout.StripWidth, Block = PackedLayout.Block;

    /// <summary>A whole product on the calling thread.</summary>
    public static void Multiply(PackedWeight weight, int m, float* x, int ldx, float* c, int ldc, bool accumulate, float* bias)
    {
        using var pool = new WorkerPool(1, 0);
        using var product = new PackedProduct(pool, PackedKernels.Portable, CpuKernels.Portable);
        product.Multiply(weight, m, x, ldx, c, ldc, accumulate, bias);
    }

    /// <summary>Computes strips; the body of a worker's job.</summary>
    public static void Compute(void* context, int start, int end, int worker)
    {
        ref PackedJob job = ref *(PackedJob*)context;
        for (int column = start * Width; column < Math.Min(end * Width, job.N); column++)
        {
            byte* strip = job.Weights + (column / Width * job.StripBytes);
            for (int row = 0; row < job.M; row++)
            {
                float* c = job.C + (row * job.Ldc) + column;
                float sum = job.Accumulate ? *c : 0;
                if (job.Bias != null)
                    sum = job.Accumulate ? sum + job.Bias[column] : job.Bias[column];
                for (int block = 0; block < job.Blocks; block++)
                {
                    sum = job.Format switch
                    {
                        WeightFormat.Int8 => Int8(ref job, strip + ((long)block * PackedLayout.Int8BlockBytes), column % Width, row, block, sum),
                        WeightFormat.Int6 or WeightFormat.Int4 => Groups(ref job, strip, column % Width, row, block, sum),
                        _ => Halves(ref job, strip + ((long)block * PackedLayout.BFloat16BlockBytes), column % Width, row, block, sum),
                    };
                }
                *c = sum;
            }
        }
    }

    private static float Int8(ref PackedJob job, byte* b, int lane, int row, int block, float sum)
    {
        sbyte* a = job.Rows.Values + (row * job.Rows.Stride) + (block * Block);
        int dot = 0;
        for (int k = 0; k < Block; k++)
            dot += a[k] * (b[(k / 4 * 4 * Width) + (4 * lane) + (k % 4)] - PackedLayout.Int8Offset);
        float scale = ((float*)(b + (Width * Block)))[lane] * job.Rows.Scales[((long)block * job.Rows.Capacity) + row];
        return MathF.FusedMultiplyAdd(dot, scale, sum);
    }

    private static float Groups(ref PackedJob job, byte* strip, int lane, int row, int block, float sum)
    {
        sbyte* a = job.Rows.Values + (row * job.Rows.Stride) + (block * Block);
        byte* codes = strip + (block * job.CodeBytes);
        byte* scales = strip + (job.Blocks * job.CodeBytes) + ((long)block * PackedLayout.GroupScaleBytes);
        int dot = 0;
        for (int group = 0; group < PackedLayout.GroupsPerBlock; group++)
        {
            int inGroup = 0;
            for (int k = group * PackedLayout.Group; k < (group + 1) * PackedLayout.Group; k++)
                inGroup += a[k] * GroupStrips.Level(job.Format, codes, lane, k);
            dot += inGroup * ((sbyte*)scales)[(group * Width) + lane];
        }
        float blockScale = BitConverter.UInt32BitsToSingle((uint)((ushort*)(scales + (PackedLayout.GroupsPerBlock * Width)))[lane] << 16);
        return MathF.FusedMultiplyAdd(dot, blockScale * job.Rows.Scales[((long)block * job.Rows.Capacity) + row], sum);
    }

    private static float Halves(ref PackedJob job, byte* b, int lane, int row, int block, float sum)
    {
        ushort* a = job.Halves + (row * job.HalfStride) + (block * Block);
        ushort* w = (ushort*)b + (2 * lane);
        for (int k = 0; k < Block; k++)
        {
            float weight = BitConverter.UInt32BitsToSingle((uint)w[((k >> 1) * 2 * Width) + (k & 1)] << 16);
            sum = MathF.FusedMultiplyAdd(BitConverter.UInt32BitsToSingle((uint)a[k] << 16), weight, sum);
        }
        return sum;
    }
}
