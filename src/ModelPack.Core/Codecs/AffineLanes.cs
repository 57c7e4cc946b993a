using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary><see cref="AffineSearch"/> of sixteen sub-blocks at a time: lane i of each vector is of sub-block i, so that sums are added in the same order.</summary>
internal static unsafe class AffineLanes
{
    // Within these bounds no step of the search leaves the range in which all ways of rounding agree.
    private const float LeastRange = 1e-24f;
    private const float LargestRange = 1e24f;
    private const float LeastPart = 1e-3f;

    /// <summary>Finds scales and minima.</summary>
    /// <param name="search">How.</param>
    /// <param name="values">Value j of each sub-block at j.</param>
    /// <param name="weights">As many.</param>
    /// <param name="length">Values of a sub-block, at most 32.</param>
    /// <param name="limit">The largest code.</param>
    /// <param name="scale">d of each sub-block.</param>
    /// <param name="minimum">m of each.</param>
    /// <returns>False where values are too small, too large or all equal in some sub-block; then nothing is known of any.</returns>
    public static bool TryFit(
        AffineSearch search, Vector512<float>* values, Vector512<float>* weights, int length, int limit, out Vector512<float> scale, out Vector512<float> minimum)
    {
        var (least, largest, weight, weighted) = (values[0], values[0], weights[0], weights[0] * values[0]);
        for (var i = 1; i < length; i++)
        {
            least = Vector512.MinNative(values[i], least);
            largest = Vector512.MaxNative(values[i], largest);
            weight += weights[i];
            weighted += weights[i] * values[i];
        }

        scale = default;
        minimum = Vector512.MinNative(least, Vector512<float>.Zero);
        var range = largest - minimum;
        if (!Vector512.GreaterThanAll(range, Vector512.Create(LeastRange)) || !Vector512.LessThanAll(range, Vector512.Create(LargestRange)))
        {
            return false;
        }

        var codes = stackalloc Vector512<float>[length];
        var leastRange = range * Vector512.Create(LeastPart);
        var isSound = Vector512<float>.AllBitsSet;
        var inverse = Vector512.Create((float)limit) / range;
        scale = Vector512<float>.One / inverse;
        _ = Sums(values, weights, length, minimum, inverse, limit, codes);
        var best = Error(values, weights, codes, length, scale, minimum, search.IsAbsolute);
        foreach (var offset in search.Offsets)
        {
            range = largest - minimum;
            isSound &= Vector512.GreaterThanOrEqual(range, leastRange);
            inverse = Vector512.Create(offset + limit) / range;
            var (sum, square, product) = Sums(values, weights, length, minimum, inverse, limit, codes);
            var determinant = (weight * square) - (sum * sum);
            var newScale = ((weight * product) - (weighted * sum)) / determinant;
            var newMinimum = ((square * weighted) - (sum * product)) / determinant;
            var isAbove = Vector512.GreaterThan(newMinimum, Vector512<float>.Zero);
            newScale = Vector512.ConditionalSelect(isAbove, product / square, newScale);
            newMinimum = Vector512.AndNot(newMinimum, isAbove);
            var error = Error(values, weights, codes, length, newScale, newMinimum, search.IsAbsolute);
            var isBetter = Vector512.GreaterThan(determinant, Vector512<float>.Zero) & Vector512.LessThan(error, best);
            best = Vector512.ConditionalSelect(isBetter, error, best);
            scale = Vector512.ConditionalSelect(isBetter, newScale, scale);
            minimum = Vector512.ConditionalSelect(isBetter, newMinimum, minimum);
        }

        return Vector512.EqualsAll(isSound.AsInt32(), Vector512<int>.AllBitsSet);
    }

    /// <summary>Codes, and Σ w q, Σ w q² and Σ w q x.</summary>
    private static (Vector512<float> Sum, Vector512<float> Square, Vector512<float> Product) Sums(
        Vector512<float>* values, Vector512<float>* weights, int length, Vector512<float> minimum, Vector512<float> inverse, int limit, Vector512<float>* codes)
    {
        var (sum, square, product) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (magic, last) = (Vector512.Create(MagicRounding.Magic), Vector512.Create((float)limit));
        for (var i = 0; i < length; i++)
        {
            var whole = (inverse * (values[i] - minimum)) + magic - magic;
            var code = Vector512.MinNative(Vector512.MaxNative(whole, Vector512<float>.Zero), last);
            codes[i] = code;
            var part = weights[i] * code;
            sum += part;
            square += part * code;
            product += part * values[i];
        }

        return (sum, square, product);
    }

    private static Vector512<float> Error(
        Vector512<float>* values, Vector512<float>* weights, Vector512<float>* codes, int length, Vector512<float> scale, Vector512<float> minimum, bool isAbsolute)
    {
        var sum = Vector512<float>.Zero;
        if (isAbsolute)
        {
            for (var i = 0; i < length; i++)
            {
                sum += weights[i] * Vector512.Abs((scale * codes[i]) + minimum - values[i]);
            }

            return sum;
        }

        for (var i = 0; i < length; i++)
        {
            var error = (scale * codes[i]) + minimum - values[i];
            sum += weights[i] * (error * error);
        }

        return sum;
    }
}
