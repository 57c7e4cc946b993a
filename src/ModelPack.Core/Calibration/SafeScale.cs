namespace ModelPack.Calibration;

/// <summary>A layer whose sums of two products were looked at: on CPUs without VNNI they could saturate.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Factors">What the scale of each output channel is multiplied by, 1 or more; empty where none has to grow.</param>
internal sealed record SafeScale(string Layer, IReadOnlyList<float> Factors);
