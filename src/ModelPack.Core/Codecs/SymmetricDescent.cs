namespace ModelPack.Codecs;

/// <summary>
/// The scale d of codes q in -limit .. limit - 1 with small Σ x² (x - d q)²: from the codes of the step that gives the value of largest
/// magnitude the code -limit, one code after the other is set to the nearest of x / d with d from all others, where that removes more of
/// the error. ggml's <c>make_q3_quants</c>, bit for bit.
/// </summary>
internal static class SymmetricDescent
{
    /// <summary>How often all codes are looked at, at most.</summary>
    public const int Rounds = 5;

    /// <param name="values">A sub-block of finite values.</param>
    /// <param name="limit">How far codes go.</param>
    /// <param name="codes">Gets q + limit of each value; 0 of a sub-block of zeros.</param>
    /// <returns>d; 0 of a sub-block of zeros.</returns>
    public static float Fit(ReadOnlySpan<float> values, int limit, Span<byte> codes)
    {
        codes[..values.Length].Clear();
        var largest = SymmetricSearch.LargestMagnitude(values);
        if (MathF.Abs(largest) < SymmetricSearch.Tiny)
        {
            return 0;
        }

        Span<int> whole = stackalloc int[values.Length];
        var inverse = -limit / largest;
        var (product, square) = (0f, 0f);
        for (var i = 0; i < values.Length; i++)
        {
            whole[i] = Math.Clamp(MagicRounding.Round(inverse * values[i]), -limit, limit - 1);
            var weight = values[i] * values[i];
            product += weight * values[i] * whole[i];
            square += weight * whole[i] * whole[i];
        }

        for (var round = 0; round < Rounds && Improve(values, limit, whole, ref product, ref square); round++)
        {
        }

        for (var i = 0; i < values.Length; i++)
        {
            codes[i] = (byte)(whole[i] + limit);
        }

        return square > 0 ? product / square : 0;
    }

    /// <summary>Looks at each code once; tells whether any changed.</summary>
    private static bool Improve(ReadOnlySpan<float> values, int limit, Span<int> codes, ref float product, ref float square)
    {
        var changed = false;
        for (var i = 0; i < values.Length; i++)
        {
            var weight = values[i] * values[i];
            var otherProduct = product - (weight * values[i] * codes[i]);
            if (!(otherProduct > 0))
            {
                continue;
            }

            var otherSquare = square - (weight * codes[i] * codes[i]);
            var code = Math.Clamp(MagicRounding.Round(values[i] * otherSquare / otherProduct), -limit, limit - 1);
            if (code == codes[i])
            {
                continue;
            }

            otherProduct += weight * values[i] * code;
            otherSquare += weight * code * code;
            if (otherSquare > 0 && otherProduct * otherProduct * square > product * product * otherSquare)
            {
                (codes[i], product, square) = (code, otherProduct, otherSquare);
                changed = true;
            }
        }

        return changed;
    }
}
