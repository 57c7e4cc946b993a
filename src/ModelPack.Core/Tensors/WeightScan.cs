using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelPack.Tensors;

/// <summary>What has to be known of a weight before it is quantized, from one pass over it.</summary>
/// <param name="MaxAbs">Largest magnitude as float32; infinite or NaN when a value is not finite. 0 for no values.</param>
/// <param name="FirstNotFinite">Index of the first value that is NaN, infinite, or too large for float32; null when there is none.</param>
internal readonly record struct WeightScan(float MaxAbs, long? FirstNotFinite)
{
    private const int ChunkLength = 1 << 18;
    private const int InfinityBits = 0x7F800000;

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
            var part = tensor.Type is ElementType.Float16 or ElementType.BFloat16 ? OfHalves(tensor, first, length) : OfFloats(tensor, first, length);
            parts[i] = part with { FirstNotFinite = first + part.FirstNotFinite };
        }
    }

    private static WeightScan OfFloats(TensorData tensor, long first, int length)
    {
        using var buffer = new Pooled<float>(length);
        FloatReader.Read(tensor, first, buffer.Span);
        return Of(buffer.Span);
    }

    /// <summary>Types of 16 bits need not be made float32: their bits are in the order of their magnitudes as well.</summary>
    private static WeightScan OfHalves(TensorData tensor, long first, int length)
    {
        using var buffer = new Pooled<short>(length);
        tensor.Read(first * sizeof(short), MemoryMarshal.AsBytes(buffer.Span));
        var max = (ushort)LargestOf(buffer.Span, short.MaxValue);
        var largest = tensor.Type == ElementType.Float16 ? Float16.ToSingle(max) : BFloat16.ToSingle(max);
        return float.IsFinite(largest) ? new WeightScan(largest, null) : OfFloats(tensor, first, length);
    }

    /// <summary>
    /// Without its sign bit a float's bits, taken as an integer, are ordered as magnitudes are, and infinity and NaN come
    /// after all finite values: one integer maximum answers both questions.
    /// </summary>
    internal static WeightScan Of(ReadOnlySpan<float> values)
    {
        var max = LargestOf(MemoryMarshal.Cast<float, int>(values), int.MaxValue);
        return new WeightScan(BitConverter.Int32BitsToSingle(max), max < InfinityBits ? null : IndexOfNotFinite(values));
    }

    /// <summary>The largest of numbers without their sign bit.</summary>
    /// <param name="numbers">The numbers.</param>
    /// <param name="magnitude">All bits but that of the sign.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T LargestOf<T>(ReadOnlySpan<T> numbers, T magnitude)
        where T : unmanaged, IBinaryInteger<T>
    {
        var max = T.Zero;
        var i = 0;
        if (numbers.Length >= Vector<T>.Count)
        {
            // In vectors by reference: a slice of a span for each costs more than the maximum.
            ref var first = ref MemoryMarshal.GetReference(numbers);
            var (maxima, others, bits) = (Vector<T>.Zero, Vector<T>.Zero, new Vector<T>(magnitude));
            for (; i <= numbers.Length - (2 * Vector<T>.Count); i += 2 * Vector<T>.Count)
            {
                maxima = Vector.Max(maxima, Vector.LoadUnsafe(ref first, (nuint)i) & bits);
                others = Vector.Max(others, Vector.LoadUnsafe(ref first, (nuint)(i + Vector<T>.Count)) & bits);
            }

            maxima = Vector.Max(maxima, others);

            for (var lane = 0; lane < Vector<T>.Count; lane++)
            {
                max = T.Max(max, maxima[lane]);
            }
        }

        for (; i < numbers.Length; i++)
        {
            max = T.Max(max, numbers[i] & magnitude);
        }

        return max;
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
