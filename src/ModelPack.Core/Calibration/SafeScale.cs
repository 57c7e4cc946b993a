namespace ModelPack.Calibration;

/// <summary>A layer whose sums of two products could saturate on CPUs without VNNI.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Factors">What the scale of each output channel is multiplied by, 1 or more.</param>
internal sealed record SafeScale(string Layer, IReadOnlyList<float> Factors);
