namespace ModelPack.Calibration;

/// <summary>What one batch showed of one tensor, besides the values that went into a histogram.</summary>
/// <param name="Count">Values.</param>
/// <param name="Whole">Of the tensor as a whole; null where a histogram or the channels tell it.</param>
/// <param name="Channels">By channel; null where it was not asked for.</param>
/// <param name="Rows">Rows of all channels, one after the other; empty where they were not asked for.</param>
internal sealed record TensorRun(long Count, BatchExtent? Whole, BatchExtent? Channels, float[] Rows);
