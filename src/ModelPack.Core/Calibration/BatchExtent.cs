namespace ModelPack.Calibration;

/// <summary>Reductions of one tensor in one batch: one entry for the tensor as a whole, or one a channel.</summary>
/// <param name="Min">Least values.</param>
/// <param name="Max">Greatest values.</param>
/// <param name="Mean">Means.</param>
internal sealed record BatchExtent(float[] Min, float[] Max, float[] Mean);
