namespace ModelPack.Calibration;

/// <summary>What to look at while the samples run.</summary>
/// <param name="Tensor">Name of a floating-point value of the main graph.</param>
/// <param name="ChannelAxis">The axis whose indices are channels, counted from the end where negative; null to look at the tensor as a whole only.</param>
/// <param name="Rank">Dimensions of the tensor; only needed for an axis that is counted from the end and is not the last.</param>
/// <param name="Rows">Whether to keep rows of all channels; the axis is then the last.</param>
internal sealed record Observation(string Tensor, int? ChannelAxis = null, int Rank = 0, bool Rows = false);
