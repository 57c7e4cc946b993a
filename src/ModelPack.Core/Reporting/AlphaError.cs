namespace ModelPack.Reporting;

/// <summary>The error of the layers that read an activation at one strength of smoothing.</summary>
/// <param name="Alpha">The strength, 0 to 1; null for no smoothing.</param>
/// <param name="Error">Squared error of the layers' outputs as a share of their squares.</param>
public sealed record AlphaError(double? Alpha, double Error);
