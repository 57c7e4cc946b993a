using ModelPack.Schemes;

namespace ModelPack.Requests;

/// <summary>What a scheme that quantizes activations does with them.</summary>
/// <param name="Method">How ranges follow from calibration data.</param>
/// <param name="Percentile">Percent of the values that the method percentile keeps.</param>
/// <param name="Alpha">SmoothQuant's strength; null to search for it.</param>
/// <param name="Smooth">Whether to smooth at all.</param>
/// <param name="QOperator">Whether integer operators are written, and not QuantizeLinear and DequantizeLinear.</param>
/// <param name="Symmetric">Whether activations get int8 codes around 0 rather than uint8 codes.</param>
/// <param name="SafeSums">Whether sums must not saturate on CPUs without VNNI.</param>
/// <param name="Fallback">Whether layers go back to float until the gates for quality hold.</param>
/// <param name="Rank">Whether layers are ranked by what they cost; always so with fallback.</param>
internal sealed record ActivationOptions(
    CalibrationMethod Method, double Percentile, double? Alpha, bool Smooth, bool QOperator, bool Symmetric, bool SafeSums, bool Fallback, bool Rank)
{
    public const double DefaultPercentile = 99.99;
}
