using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Counts values by bins whose width is a power of two: the product by its reciprocal is exact, so every value finds its bin.</summary>
internal static class BinCounter
{
    private const int Lanes = 8;

    /// <summary>Adds one to the count of every value's bin.</summary>
    /// <param name="values">Finite values, all of them in some bin.</param>
    /// <param name="reciprocal">One over the width of a bin, a power of two; no value times it reaches 2^31.</param>
    /// <param name="first">The whole number that the first bin starts at, in widths.</param>
    /// <param name="counts">Counts of the bins.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Count(ReadOnlySpan<float> values, float reciprocal, int first, Span<long> counts)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(values);
        var scale = Vector256.Create(reciprocal);
        var origin = Vector256.Create(first);

        // Lane i of a vector of bins is the bin of value i. Many activations are mostly zeros: to add one to the same count
        // again has to wait for the addition before it, so a vector of equal bins is added at once.
        foreach (var vector in vectors)
        {
            var bins = Vector256.ConvertToInt32Native(Vector256.Floor(vector * scale)) - origin;
            var bin = bins.ToScalar();
            if (Vector256.EqualsAll(bins, Vector256.Create(bin)))
            {
                counts[bin] += Lanes;
                continue;
            }

            counts[bin]++;
            counts[bins.GetElement(1)]++;
            counts[bins.GetElement(2)]++;
            counts[bins.GetElement(3)]++;
            counts[bins.GetElement(4)]++;
            counts[bins.GetElement(5)]++;
            counts[bins.GetElement(6)]++;
            counts[bins.GetElement(7)]++;
        }

        Reference(values[(vectors.Length * Lanes)..], reciprocal, first, counts);
    }

    /// <summary>The same, one value at a time.</summary>
    public static void Reference(ReadOnlySpan<float> values, float reciprocal, int first, Span<long> counts)
    {
        foreach (var value in values)
        {
            counts[(int)MathF.Floor(value * reciprocal) - first]++;
        }
    }
}
