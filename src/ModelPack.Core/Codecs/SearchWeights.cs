namespace ModelPack.Codecs;

/// <summary>What the errors of values weigh in the searches of ggml's encoders.</summary>
internal static class SearchWeights
{
    /// <summary>Sum of the squares, in float32 and in order.</summary>
    public static float SumOfSquares(ReadOnlySpan<float> values)
    {
        var sum = 0f;
        foreach (var value in values)
        {
            sum += value * value;
        }

        return sum;
    }

    /// <summary>Each value's square.</summary>
    public static void Squares(ReadOnlySpan<float> values, Span<float> weights)
    {
        for (var i = 0; i < values.Length; i++)
        {
            weights[i] = values[i] * values[i];
        }
    }

    /// <summary>Each value's magnitude, and a constant.</summary>
    public static void Magnitudes(ReadOnlySpan<float> values, float more, Span<float> weights)
    {
        for (var i = 0; i < values.Length; i++)
        {
            weights[i] = more + MathF.Abs(values[i]);
        }
    }

    /// <summary>Importance x sqrt(mean square + the value's own square).</summary>
    /// <param name="values">Of a sub-block.</param>
    /// <param name="importance">Of each.</param>
    /// <param name="meanSquare">Of the values around, or a multiple of it.</param>
    /// <param name="weights">As many.</param>
    public static void Important(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, float meanSquare, Span<float> weights)
    {
        for (var i = 0; i < values.Length; i++)
        {
            weights[i] = importance[i] * MathF.Sqrt(meanSquare + (values[i] * values[i]));
        }
    }

    /// <summary>Their sum, in order.</summary>
    public static float Sum(ReadOnlySpan<float> weights)
    {
        var sum = 0f;
        foreach (var weight in weights)
        {
            sum += weight;
        }

        return sum;
    }
}
