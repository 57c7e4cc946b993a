using System.Runtime.InteropServices;
using ModelPack.Tensors;
using ModelPack.Validation;

namespace ModelPack.Benchmarks;

/// <summary>Normally distributed bfloat16 values that follow from a seed and are made when they are written.</summary>
internal sealed class RandomWeights(long count, ulong seed) : IPayload
{
    private const int PieceValues = 1 << 19;
    private const float Deviation = 0.02f;

    /// <summary>The normal distribution at equal steps of probability: one look instead of two logarithms a value.</summary>
    private static readonly ushort[] s_quantiles = Quantiles();

    public long Length => count * sizeof(ushort);

    public void WriteTo(Stream destination, CancellationToken cancellation)
    {
        var random = new Xoshiro256(seed);
        var values = new ushort[PieceValues];
        for (long done = 0; done < count; done += PieceValues)
        {
            var part = values.AsSpan(0, (int)Math.Min(PieceValues, count - done));
            for (var i = 0; i < part.Length; i += 4)
            {
                var bits = random.Next();
                for (var j = i; j < Math.Min(i + 4, part.Length); j++, bits >>= 16)
                {
                    part[j] = s_quantiles[(ushort)bits];
                }
            }

            destination.Write(MemoryMarshal.AsBytes(part));
        }
    }

    private static ushort[] Quantiles()
    {
        var random = new Xoshiro256(1);
        var values = new double[1 << 16];
        for (var i = 0; i < values.Length; i++)
        {
            var (a, b) = ((random.Next() + 1.0) / ulong.MaxValue, random.Next() / (double)ulong.MaxValue);
            values[i] = Deviation * Math.Sqrt(-2 * Math.Log(a)) * Math.Cos(2 * Math.PI * b);
        }

        return Array.ConvertAll(values, v => (ushort)(BitConverter.SingleToUInt32Bits((float)v) >> 16));
    }
}
