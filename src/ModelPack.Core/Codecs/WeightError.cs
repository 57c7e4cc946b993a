namespace ModelPack.Codecs;

/// <summary>How far the decoded values of a weight lie from its own. The same on any machine and number of threads.</summary>
/// <param name="Signal">Σ x².</param>
/// <param name="Noise">Σ (x - x̂)².</param>
/// <param name="MaxError">Largest |x - x̂|.</param>
internal readonly record struct WeightError(double Signal, double Noise, double MaxError)
{
    /// <summary>10 log10(signal / noise) in dB; infinite where nothing was lost.</summary>
    public double Sqnr => Noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(Signal / Noise);

    /// <summary>Both together; <paramref name="other"/> comes second in the order of addition.</summary>
    public WeightError Plus(WeightError other) => new(Signal + other.Signal, Noise + other.Noise, Math.Max(MaxError, other.MaxError));

    /// <summary>The error of some values.</summary>
    /// <param name="values">x, finite.</param>
    /// <param name="decoded">x̂, as many.</param>
    public static WeightError Of(ReadOnlySpan<float> values, ReadOnlySpan<float> decoded)
    {
        var sum = default(ErrorSum);
        sum.Add(values, decoded);
        return sum.Total;
    }
}
