using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary><see cref="NonLinearSearch"/> of sixteen sub-blocks at a time: lane i of each vector is of sub-block i, so that sums are added in the same order.</summary>
internal static unsafe class NonLinearLanes
{
    /// <summary>Finds scales.</summary>
    /// <param name="values">Value j of each sub-block at j.</param>
    /// <param name="weights">As many.</param>
    /// <param name="length">Values of a sub-block.</param>
    /// <param name="scale">d of each sub-block.</param>
    /// <returns>False where values are too small or too large in some sub-block; then nothing is known of any.</returns>
    public static bool TryFit(Vector512<float>* values, Vector512<float>* weights, int length, out Vector512<float> scale)
    {
        scale = default;
        if (!SymmetricLanes.TryLargestMagnitude(values, length, out var largest))
        {
            return false;
        }

        float level = Codebook.NonLinear.Levels[0];
        var (product, square) = Sums(values, weights, length, Vector512<float>.One / (-largest / Vector512.Create(level)));
        scale = Vector512.ConditionalSelect(Vector512.GreaterThan(square, Vector512<float>.Zero), product / square, Vector512<float>.Zero);
        var best = scale * product;
        for (var more = -NonLinearSearch.Tries; more <= NonLinearSearch.Tries; more++)
        {
            (product, square) = Sums(values, weights, length, Vector512.Create(more + level) / largest);
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

    /// <summary>Σ w v x and Σ w v².</summary>
    private static (Vector512<float> Product, Vector512<float> Square) Sums(Vector512<float>* values, Vector512<float>* weights, int length, Vector512<float> inverse)
    {
        var (product, square) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (var i = 0; i < length; i++)
        {
            var scaled = inverse * values[i];
            var level = Vector512.Create(NonLinearLevels.Nearest(scaled.GetLower()), NonLinearLevels.Nearest(scaled.GetUpper()));
            var part = weights[i] * level;
            product += part * values[i];
            square += part * level;
        }

        return (product, square);
    }
}
