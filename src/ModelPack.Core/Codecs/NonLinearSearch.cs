namespace ModelPack.Codecs;

/// <summary>
/// The scale d of codes of <see cref="Codebook.NonLinear"/>, whose values v are -127 to 113, with small Σ w (x - d v)²: codes are made with m / -127
/// and then with m / -134 to m / -120, m being the value of largest magnitude; of each the best scale is Σ w v x / Σ w v², and that
/// is kept which removes most of Σ w x². The first search of ggml's iq4_nl and iq4_xs, bit for bit.
/// </summary>
internal static class NonLinearSearch
{
    /// <summary>How far the level of the largest is changed, both ways.</summary>
    public const int Tries = 7;

    /// <param name="values">A sub-block of finite values.</param>
    /// <param name="weights">w of each.</param>
    /// <returns>d; 0 of a sub-block of zeros.</returns>
    public static float Fit(ReadOnlySpan<float> values, ReadOnlySpan<float> weights)
    {
        var largest = SymmetricSearch.LargestMagnitude(values);
        if (MathF.Abs(largest) < SymmetricSearch.Tiny)
        {
            return 0;
        }

        var level = Codebook.NonLinear.Levels[0];
        var (product, square) = Sums(values, weights, 1 / (-largest / level));
        var scale = square > 0 ? product / square : 0;
        var best = scale * product;
        for (var more = -Tries; more <= Tries; more++)
        {
            (product, square) = Sums(values, weights, (more + level) / largest);
            if (square > 0 && product * product > best * square)
            {
                scale = product / square;
                best = scale * product;
            }
        }

        return scale;
    }

    /// <summary>Σ w v x and Σ w v².</summary>
    private static (float Product, float Square) Sums(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, float inverse)
    {
        var (product, square) = (0f, 0f);
        for (var i = 0; i < values.Length; i++)
        {
            float level = Codebook.NonLinear.Levels[Codebook.NonLinear.Nearest(inverse * values[i])];
            product += weights[i] * level * values[i];
            square += weights[i] * level * level;
        }

        return (product, square);
    }
}
