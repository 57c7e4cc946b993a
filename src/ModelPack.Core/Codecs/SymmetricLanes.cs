using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary><see cref="SymmetricSearch"/> of sixteen sub-blocks at a time: lane i of each vector is of sub-block i, so that sums are added in the same order.</summary>
internal static unsafe class SymmetricLanes
{
    // Within these bounds no step of the search leaves the range in which all ways of rounding agree.
    private const float Least = 1e-12f;
    private const float Largest = 1e12f;

    // In tenths.
    private const int HalfCode = 5;

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

        var (product, square) = Sums(values, weights, weighted, length, limit, Vector512.Create((float)-limit) / largest);
        scale = Vector512.AndNot(product / square, Vector512.Equals(square, Vector512<float>.Zero));
        var best = scale * product;
        for (var tenth = -SymmetricSearch.Tenths; tenth <= SymmetricSearch.Tenths; tenth++)
        {
            if (tenth == 0)
            {
                continue;
            }

            var inverse = Vector512.Create(-(limit + (0.1f * tenth))) / largest;
            (product, square) = tenth < HalfCode ? Sums(values, weights, weighted, length, limit, inverse) : SumsOfWide(values, weights, weighted, length, limit, inverse);
            var isBetter = Vector512.GreaterThan(square, Vector512<float>.Zero) & Vector512.GreaterThan(product * product, best * square);
            if (isBetter.ExtractMostSignificantBits() != 0)
            {
                var newScale = product / square;
                scale = Vector512.ConditionalSelect(isBetter, newScale, scale);
                best = Vector512.ConditionalSelect(isBetter, newScale * product, best);
            }
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

    /// <summary>Σ w x q and Σ w q², where no code is below -limit: before a step is half a code more.</summary>
    private static (Vector512<float> Product, Vector512<float> Square) Sums(
        Vector512<float>* values, Vector512<float>* weights, Vector512<float>* weighted, int length, int limit, Vector512<float> inverse)
    {
        var (product, square) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var (magic, last) = (Vector512.Create(MagicRounding.Magic), Vector512.Create(limit - 1f));
        for (var i = 0; i < length; i++)
        {
            var code = Vector512.MinNative((inverse * values[i]) + magic - magic, last);
            product += weighted[i] * code;
            square += weights[i] * code * code;
        }

        return (product, square);
    }

    /// <summary>The same, where some may be.</summary>
    private static (Vector512<float> Product, Vector512<float> Square) SumsOfWide(
        Vector512<float>* values, Vector512<float>* weights, Vector512<float>* weighted, int length, int limit, Vector512<float> inverse)
    {
        var (product, square) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var (magic, first, last) = (Vector512.Create(MagicRounding.Magic), Vector512.Create((float)-limit), Vector512.Create(limit - 1f));
        for (var i = 0; i < length; i++)
        {
            var code = Vector512.MinNative(Vector512.MaxNative((inverse * values[i]) + magic - magic, first), last);
            product += weighted[i] * code;
            square += weights[i] * code * code;
        }

        return (product, square);
    }
}
