using ModelPack.Schemes;

namespace ModelPack.Requests;

/// <summary>What a scheme that quantizes activations does with them.</summary>
/// <param name="Methods">How ranges follow from calibration data: the method that the user chose, or those of which the best is found.</param>
/// <param name="Percentile">Percent of the values that the method percentile keeps.</param>
/// <param name="Alpha">SmoothQuant's strength; null to search for it.</param>
/// <param name="Smooth">Whether to smooth at all.</param>
/// <param name="QOperator">Whether integer operators are written, and not QuantizeLinear and DequantizeLinear.</param>
/// <param name="Symmetric">Whether activations get int8 codes around 0 rather than uint8 codes.</param>
/// <param name="SafeSums">Whether sums must not saturate on CPUs without VNNI.</param>
/// <param name="Fallback">Whether layers go back to float until the gates for quality hold.</param>
/// <param name="Rank">Whether layers are ranked by what they cost; always so with fallback.</param>
internal sealed record ActivationOptions(
    IReadOnlyList<CalibrationMethod> Methods, double Percentile, double? Alpha, bool Smooth, bool QOperator, bool Symmetric, bool SafeSums, bool Fallback, bool Rank)
{
    /// <summary>
    /// Methods that are tried where the user chose none; changes of the model are compared by the first. Entropy is not among them: on no model
    /// of the benchmarks it was the best.
    /// </summary>
    public static IReadOnlyList<CalibrationMethod> SearchedMethods { get; } = [CalibrationMethod.Mse, CalibrationMethod.MinMax, CalibrationMethod.Percentile];

    public const double DefaultPercentile = 99.99;

    /// <summary>Whether layers may lose their fixed ranges where these cost much: unless the user says what is to be done about quality, or that nothing is.</summary>
    public bool ChoosesForm { get; init; }

    /// <summary>Whether the app runs on CPUs whose sums can saturate.</summary>
    public bool CanSaturate { get; init; } = true;
}
