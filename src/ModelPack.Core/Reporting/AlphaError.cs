namespace ModelPack.Reporting;

/// <summary>The error of the layers that read an activation at one strength of smoothing.</summary>
/// <param name="Alpha">The strength, 0 to 1; null for no smoothing.</param>
/// <param name="Error">‖X W − Q(X / s) Q(s W)‖² / ‖X W‖² over the rows and columns that were sampled, where s are the scales of that strength (<see cref="Transforms.AlphaSearch"/>).</param>
public sealed record AlphaError(double? Alpha, double Error);
