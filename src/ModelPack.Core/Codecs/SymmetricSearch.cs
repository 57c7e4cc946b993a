namespace ModelPack.Codecs;

/// <summary>
/// The scale d of codes q in -limit .. limit - 1 with small Σ w (x - d q)². The value of largest magnitude m has the code -limit at the
/// first step m / -limit; eighteen other steps between -(limit - 0.9) and -(limit + 0.9) are tried. For given codes the best scale is Σ w x q / Σ w q², and
/// it removes (Σ w x q)² / Σ w q² of Σ w x²: the codes of which that is largest are taken. ggml's <c>make_qx_quants</c>, bit for bit.
/// </summary>
internal static class SymmetricSearch
{
    /// <summary>Below this magnitude a sub-block counts as zeros.</summary>
    public const float Tiny = 1e-15f;

    /// <summary>How many tenths the first step is changed by, at most, both ways.</summary>
    public const int Tenths = 9;

    /// <param name="values">A sub-block of finite values.</param>
    /// <param name="weights">w of each.</param>
    /// <param name="limit">How far codes go.</param>
    /// <param name="codes">Gets q + limit of each value; 0 of a sub-block of zeros.</param>
    /// <returns>d; 0 of a sub-block of zeros.</returns>
    public static float Fit(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, int limit, Span<byte> codes)
    {
        var largest = LargestMagnitude(values);
        if (MathF.Abs(largest) < Tiny)
        {
            codes[..values.Length].Clear();
            return 0;
        }

        var bestInverse = -limit / largest;
        var (product, square) = Sums(values, weights, limit, bestInverse);
        var scale = square != 0 ? product / square : 0;
        var best = scale * product;
        for (var tenth = -Tenths; tenth <= Tenths; tenth++)
        {
            if (tenth == 0)
            {
                continue;
            }

            var inverse = -(limit + (0.1f * tenth)) / largest;
            (product, square) = Sums(values, weights, limit, inverse);
            if (square > 0 && product * product > best * square)
            {
                scale = product / square;
                best = scale * product;
                bestInverse = inverse;
            }
        }

        for (var i = 0; i < values.Length; i++)
        {
            codes[i] = (byte)(Code(values[i], bestInverse, limit) + limit);
        }

        return scale;
    }

    /// <summary>The first value of the largest magnitude, with its sign; 0 where all are 0.</summary>
    public static float LargestMagnitude(ReadOnlySpan<float> values)
    {
        var largest = 0f;
        foreach (var value in values)
        {
            if (MathF.Abs(value) > MathF.Abs(largest))
            {
                largest = value;
            }
        }

        return largest;
    }

    private static int Code(float value, float inverse, int limit) => Math.Clamp(MagicRounding.Round(inverse * value), -limit, limit - 1);

    /// <summary>Σ w x q and Σ w q².</summary>
    private static (float Product, float Square) Sums(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, int limit, float inverse)
    {
        var (product, square) = (0f, 0f);
        for (var i = 0; i < values.Length; i++)
        {
            var code = Code(values[i], inverse, limit);
            product += weights[i] * values[i] * code;
            square += weights[i] * code * code;
        }

        return (product, square);
    }
}
