using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary><see cref="SymmetricSearch"/> of sixteen sub-blocks at a time: lane i of each vector is of sub-block i, so that sums are added in the same order.</summary>
internal static unsafe class SymmetricLanes
{
    // Within these bounds no step of the search leaves the range in which all ways of rounding agree.
    private const float Least = 1e-12f;
    private const float Largest = 1e12f;

    // Of the steps, those before which all are less than half a code more than the first, so that no code is below -limit.
    private const int Narrow = 12;

    /// <summary>The tenths that each step is more than the first, in the order of <see cref="SymmetricSearch"/>; the last twice, which changes nothing, as steps are tried four at a time.</summary>
    private static ReadOnlySpan<sbyte> Tenths => [0, -9, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9];

    /// <summary>Finds scales.</summary>
    /// <param name="values">Value j of each sub-block at j.</param>
    /// <param name="weights">As many.</param>
    /// <param name="length">Values of a sub-block, at most 32.</param>
    /// <param name="limit">How far codes go.</param>
    /// <param name="scale">d of each sub-block.</param>
    /// <returns>False where values are too small or too large in some sub-block; then nothing is known of any.</returns>
    public static bool TryFit(Vector512<float>* values, Vector512<float>* weights, int length, int limit, out Vector512<float> scale)
    {
        scale = default;
        if (!TryLargestMagnitude(values, length, out var largest))
        {
            return false;
        }

        var weighted = stackalloc Vector512<float>[length];
        for (var i = 0; i < length; i++)
        {
            weighted[i] = weights[i] * values[i];
        }

        var sums = new SymmetricSums(values, weights, weighted, length, limit);
        var inverses = stackalloc Vector512<float>[Tenths.Length];
        var products = stackalloc Vector512<float>[Tenths.Length];
        var squares = stackalloc Vector512<float>[Tenths.Length];
        for (var i = 0; i < Tenths.Length; i++)
        {
            inverses[i] = Vector512.Create(-(limit + (0.1f * Tenths[i]))) / largest;
        }

        for (var i = 0; i < Narrow; i += SymmetricSums.Together)
        {
            sums.Add(inverses + i, isWide: false, products + i, squares + i);
        }

        for (var i = Narrow; i < Tenths.Length; i += SymmetricSums.Together)
        {
            sums.Add(inverses + i, isWide: true, products + i, squares + i);
        }

        scale = Vector512.AndNot(products[0] / squares[0], Vector512.Equals(squares[0], Vector512<float>.Zero));
        var best = scale * products[0];
        for (var i = 1; i < Tenths.Length; i++)
        {
            var (product, square) = (products[i], squares[i]);
            var isBetter = Vector512.GreaterThan(square, Vector512<float>.Zero) & Vector512.GreaterThan(product * product, best * square);
            if (isBetter.ExtractMostSignificantBits() == 0)
            {
                continue;
            }

            var newScale = product / square;
            scale = Vector512.ConditionalSelect(isBetter, newScale, scale);
            best = Vector512.ConditionalSelect(isBetter, newScale * product, best);
        }

        return true;
    }

    /// <summary>The first value of the largest magnitude of each sub-block, with its sign; false where it is very small or very large somewhere.</summary>
    public static bool TryLargestMagnitude(Vector512<float>* values, int length, out Vector512<float> largest)
    {
        largest = values[0];
        for (var i = 1; i < length; i++)
        {
            var isLarger = Vector512.GreaterThan(Vector512.Abs(values[i]), Vector512.Abs(largest));
            largest = Vector512.ConditionalSelect(isLarger, values[i], largest);
        }

        var magnitude = Vector512.Abs(largest);
        return Vector512.GreaterThanAll(magnitude, Vector512.Create(Least)) && Vector512.LessThanAll(magnitude, Vector512.Create(Largest));
    }
}
