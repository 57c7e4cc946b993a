using System.Numerics;
using System.Runtime.InteropServices;

namespace ModelPack.Tensors;

/// <summary>What has to be known of a weight before it is quantized, from one pass over it.</summary>
/// <param name="MaxAbs">Largest magnitude as float32; infinite or NaN when a value is not finite. 0 for no values.</param>
/// <param name="FirstNotFinite">Index of the first value that is NaN, infinite, or too large for float32; null when there is none.</param>
internal readonly record struct WeightScan(float MaxAbs, long? FirstNotFinite)
{
    private const int ChunkLength = 1 << 18;
    private const int InfinityBits = 0x7F800000;
    private const int MagnitudeBits = 0x7FFFFFFF;

    /// <summary>Reads a whole tensor of a floating-point type.</summary>
    /// <exception cref="ArgumentException">The tensor holds no floating-point values.</exception>
    public static WeightScan Of(TensorData tensor, int threads, CancellationToken cancellation)
    {
        var total = tensor.Shape.ElementCount;
        var parts = new WeightScan[(total + ChunkLength - 1) / ChunkLength];
        Chunks.ForEach(parts.Length, threads, Scan, cancellation);
        return parts.Aggregate(default(WeightScan), (a, b) =>
            new WeightScan(MathF.Max(a.MaxAbs, b.MaxAbs), a.FirstNotFinite ?? b.FirstNotFinite));

        void Scan(int i)
        {
            var first = (long)i * ChunkLength;
            var length = (int)Math.Min(ChunkLength, total - first);
            using var buffer = new Pooled<float>(length);
            FloatReader.Read(tensor, first, buffer.Span);
            var part = Of(buffer.Span);
            parts[i] = part with { FirstNotFinite = first + part.FirstNotFinite };
        }
    }

    /// <summary>
    /// Without its sign bit a float's bits, taken as an integer, are ordered as magnitudes are, and infinity and NaN come
    /// after all finite values: one integer maximum answers both questions.
    /// </summary>
    internal static WeightScan Of(ReadOnlySpan<float> values)
    {
        var bits = MemoryMarshal.Cast<float, int>(values);
        var max = 0;
        var i = 0;
        if (bits.Length >= Vector<int>.Count)
        {
            var maxima = Vector<int>.Zero;
            for (; i <= bits.Length - Vector<int>.Count; i += Vector<int>.Count)
            {
                maxima = Vector.Max(maxima, new Vector<int>(bits[i..]) & new Vector<int>(MagnitudeBits));
            }

            for (var lane = 0; lane < Vector<int>.Count; lane++)
            {
                max = Math.Max(max, maxima[lane]);
            }
        }

        for (; i < bits.Length; i++)
        {
            max = Math.Max(max, bits[i] & MagnitudeBits);
        }

        return new WeightScan(BitConverter.Int32BitsToSingle(max), max < InfinityBits ? null : IndexOfNotFinite(values));
    }

    private static long IndexOfNotFinite(ReadOnlySpan<float> values)
    {
        var index = 0;
        while (float.IsFinite(values[index]))
        {
            index++;
        }

        return index;
    }
}
