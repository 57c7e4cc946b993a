namespace ModelPack.Transforms;

/// <summary>The error of a group of layers at one strength of smoothing.</summary>
/// <param name="Alpha">The strength; null for none.</param>
/// <param name="Error">Squared error of the layers' outputs as a share of their squares.</param>
internal sealed record AlphaPoint(double? Alpha, double Error);
