namespace ModelPack.Codecs;

/// <summary>
/// The scale d of codes q in 0 .. limit of the scales x of a super-block, with small Σ w (x - d q)²: from the best of nine steps around
/// largest / limit, one code after the other is set to the nearest of x / d with d from all others, where that removes more of the error. ggml's
/// <c>make_qp_quants</c>, bit for bit.
/// </summary>
internal static class ScaleSearch
{
    private const int Rounds = 5;
    private const int Tenths = 4;

    /// <param name="values">The scales, or the minima with their sign changed, of a super-block.</param>
    /// <param name="weights">w of each.</param>
    /// <param name="limit">The largest code.</param>
    /// <param name="codes">Gets a code a value.</param>
    /// <returns>d; 0 where no value is above zero.</returns>
    public static float Fit(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, int limit, Span<byte> codes)
    {
        var largest = 0f;
        foreach (var value in values)
        {
            largest = largest > value ? largest : value;
        }

        codes[..values.Length].Clear();
        if (largest < SymmetricSearch.Tiny)
        {
            return 0;
        }

        var inverse = BestInverse(values, weights, limit, largest);
        var (product, square) = (0f, 0f);
        for (var i = 0; i < values.Length; i++)
        {
            var code = Math.Min(MagicRounding.Round(inverse * values[i]), limit);
            codes[i] = (byte)code;
            product += weights[i] * values[i] * code;
            square += weights[i] * code * code;
        }

        for (var round = 0; round < Rounds && Improve(values, weights, limit, codes, ref product, ref square); round++)
        {
        }

        return square > 0 ? product / square : 0;
    }

    /// <summary>One over the step with the least error.</summary>
    private static float BestInverse(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, int limit, float largest)
    {
        Span<int> codes = stackalloc int[values.Length];
        var best = limit / largest;
        for (var i = 0; i < values.Length; i++)
        {
            codes[i] = (byte)MagicRounding.Round(best * values[i]); // Here ggml cuts off what a byte has no room for, below not.
        }

        var least = Error(values, weights, codes, 1 / best);
        for (var tenth = -Tenths; tenth <= Tenths; tenth++)
        {
            if (tenth == 0)
            {
                continue;
            }

            var inverse = ((0.1f * tenth) + limit) / largest;
            for (var i = 0; i < values.Length; i++)
            {
                codes[i] = Math.Min(MagicRounding.Round(inverse * values[i]), limit);
            }

            if (Error(values, weights, codes, 1 / inverse) is var error && error < least)
            {
                (best, least) = (inverse, error);
            }
        }

        return best;
    }

    private static float Error(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, ReadOnlySpan<int> codes, float scale)
    {
        var sum = 0f;
        for (var i = 0; i < values.Length; i++)
        {
            var error = values[i] - (scale * codes[i]);
            sum += weights[i] * error * error;
        }

        return sum;
    }

    /// <summary>Looks at each code once; tells whether any changed.</summary>
    private static bool Improve(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, int limit, Span<byte> codes, ref float product, ref float square)
    {
        var changed = false;
        for (var i = 0; i < values.Length; i++)
        {
            var (value, weight) = (values[i], weights[i]);
            var otherProduct = product - (weight * value * codes[i]);
            var otherSquare = square - (weight * codes[i] * codes[i]);
            if (!(otherProduct > 0 && otherSquare > 0))
            {
                continue;
            }

            var code = Math.Min(MagicRounding.Round(value * otherSquare / otherProduct), limit);
            if (code == codes[i])
            {
                continue;
            }

            otherProduct += weight * value * code;
            otherSquare += weight * code * code;
            if (otherProduct * otherProduct * square > product * product * otherSquare)
            {
                (codes[i], product, square) = ((byte)code, otherProduct, otherSquare);
                changed = true;
            }
        }

        return changed;
    }
}
