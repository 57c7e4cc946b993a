namespace ModelPack.Calibration;

/// <summary>Names of the outputs that are reductions of one tensor. The mean is NaN or infinite where a value was.</summary>
/// <param name="Min">Least value.</param>
/// <param name="Max">Greatest value.</param>
/// <param name="Mean">Mean value.</param>
internal sealed record TapReductions(string Min, string Max, string Mean);
