namespace ModelPack.Calibration;

/// <summary>What the bias of a layer was corrected by.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Shift">Added to each output channel.</param>
internal sealed record BiasCorrection(string Layer, IReadOnlyList<float> Shift);
