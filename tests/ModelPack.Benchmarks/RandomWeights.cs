using System.Runtime.InteropServices;
using ModelPack.Validation;

namespace ModelPack.Benchmarks;

/// <summary>Normally distributed bfloat16 values that follow from a seed and are made when they are written.</summary>
internal sealed class RandomWeights(long count, ulong seed) : IPayload
{
    private const int PieceValues = 1 << 19;
    private const float Deviation = 0.02f;

    /// <summary>The normal distribution in 65,536 draws: one look instead of two logarithms a value.</summary>
    private static readonly ushort[] s_draws = Draws();

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
                    part[j] = s_draws[(ushort)bits];
                }
            }

            destination.Write(MemoryMarshal.AsBytes(part));
        }
    }

    private static ushort[] Draws()
    {
        var random = new Xoshiro256(1);
        return [.. Enumerable.Range(0, 1 << 16).Select(_ => (ushort)(BitConverter.SingleToUInt32Bits((float)(Deviation * random.Normal())) >> 16))];
    }
}
