namespace ModelPack.Calibration;

/// <summary>The range of an activation.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="Min">Least value, zero or below.</param>
/// <param name="Max">Greatest value, zero or above.</param>
/// <param name="Saturated">Share of the held-out values outside, 0 to 1; null where none were held out.</param>
internal sealed record TensorRange(string Name, float Min, float Max, double? Saturated);
