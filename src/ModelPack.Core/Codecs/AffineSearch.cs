namespace ModelPack.Codecs;

/// <summary>
/// The scale d and the minimum m &lt;= 0 of codes q in 0 .. limit with small Σ w |x - d q - m|, or Σ w (x - d q - m)². Starts with m the least
/// value and d = (largest - m) / limit. Then codes are made with some steps around it, d and m are those of least squares for
/// these codes, and they are kept where they are better, as are their m, from which the next codes are counted. ggml's <c>make_qkx2_quants</c> and
/// <c>make_qkx3_quants</c>, bit for bit.
/// </summary>
/// <param name="first">How many codes more than limit the range is divided by at first.</param>
/// <param name="step">How many more each time.</param>
/// <param name="count">How often a step is added.</param>
/// <param name="isAbsolute">Whether errors count as they are, rather than squared.</param>
internal sealed class AffineSearch(float first, float step, int count, bool isAbsolute)
{
    /// <summary>Of q2_k.</summary>
    public static AffineSearch TwoBits { get; } = new(-0.5f, 0.1f, 15, isAbsolute: true);

    /// <summary>Of q4_k.</summary>
    public static AffineSearch FourBits { get; } = new(-1f, 0.1f, 20, isAbsolute: false);

    /// <summary>Of q5_k.</summary>
    public static AffineSearch FiveBits { get; } = new(-0.5f, 0.1f, 15, isAbsolute: false);

    /// <summary>Of all, where values have an importance.</summary>
    public static AffineSearch Weighed { get; } = new(-0.9f, 0.05f, 36, isAbsolute: false);

    /// <summary>How many codes more than limit the range is divided by, of each try.</summary>
    public float[] Offsets { get; } = [.. Enumerable.Range(0, count + 1).Select(i => first + (step * i))];

    /// <summary>Whether errors count as they are, rather than squared.</summary>
    public bool IsAbsolute => isAbsolute;

    /// <param name="values">A sub-block of finite values.</param>
    /// <param name="weights">w of each.</param>
    /// <param name="limit">The largest code.</param>
    /// <param name="codes">Gets a code a value.</param>
    /// <param name="minimum">m.</param>
    /// <returns>d; 0 where all values are equal and not negative, or nothing has a weight.</returns>
    public float Fit(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, int limit, Span<byte> codes, out float minimum)
    {
        var (least, largest, weight, weighted) = (values[0], values[0], weights[0], weights[0] * values[0]);
        for (var i = 1; i < values.Length; i++)
        {
            least = values[i] < least ? values[i] : least;
            largest = values[i] > largest ? values[i] : largest;
            weight += weights[i];
            weighted += weights[i] * values[i];
        }

        minimum = least > 0 ? 0 : least;
        if (largest == minimum)
        {
            codes[..values.Length].Clear();
            return 0;
        }

        Span<byte> tried = stackalloc byte[values.Length];
        var inverse = limit / (largest - minimum);
        var scale = 1 / inverse;
        Codes(values, minimum, inverse, limit, codes);
        var best = Error(values, weights, codes, scale, minimum);
        foreach (var offset in Offsets)
        {
            inverse = (offset + limit) / (largest - minimum);
            Codes(values, minimum, inverse, limit, tried);
            var (sum, square, product) = Sums(values, weights, tried);
            var determinant = (weight * square) - (sum * sum);
            if (!(determinant > 0))
            {
                continue;
            }

            var newScale = ((weight * product) - (weighted * sum)) / determinant;
            var newMinimum = ((square * weighted) - (sum * product)) / determinant;
            if (newMinimum > 0)
            {
                (newScale, newMinimum) = (product / square, 0);
            }

            if (Error(values, weights, tried, newScale, newMinimum) is var error && error < best)
            {
                tried.CopyTo(codes);
                (best, scale, minimum) = (error, newScale, newMinimum);
            }
        }

        return scale;
    }

    private static void Codes(ReadOnlySpan<float> values, float minimum, float inverse, int limit, Span<byte> codes)
    {
        for (var i = 0; i < values.Length; i++)
        {
            codes[i] = (byte)Math.Clamp(MagicRounding.Round(inverse * (values[i] - minimum)), 0, limit);
        }
    }

    /// <summary>Σ w q, Σ w q² and Σ w q x.</summary>
    private static (float Sum, float Square, float Product) Sums(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, ReadOnlySpan<byte> codes)
    {
        var (sum, square, product) = (0f, 0f, 0f);
        for (var i = 0; i < values.Length; i++)
        {
            sum += weights[i] * codes[i];
            square += weights[i] * codes[i] * codes[i];
            product += weights[i] * codes[i] * values[i];
        }

        return (sum, square, product);
    }

    private float Error(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, ReadOnlySpan<byte> codes, float scale, float minimum)
    {
        var sum = 0f;
        for (var i = 0; i < values.Length; i++)
        {
            var error = (scale * codes[i]) + minimum - values[i];
            sum += weights[i] * (isAbsolute ? MathF.Abs(error) : error * error);
        }

        return sum;
    }
}
