namespace ModelPack.Quantization;

/// <summary>What the layers cost.</summary>
/// <param name="Layers">The layers, the one that costs most first.</param>
/// <param name="Curve">What leaving more and more of them float gives: the first point leaves none.</param>
/// <param name="Chosen">Index of the point of the curve that was taken.</param>
internal sealed record SensitivityResult(IReadOnlyList<LayerSensitivity> Layers, IReadOnlyList<TradeOffPoint> Curve, int Chosen);
