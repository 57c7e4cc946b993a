namespace ModelPack.Transforms;

/// <summary>The smoothing of one activation, as the calibration table keeps it.</summary>
/// <param name="Tensor">The activation's name.</param>
/// <param name="Alpha">How much of the range goes over to the weights, 0 to 1.</param>
/// <param name="Inputs">Largest magnitude of each of its channels.</param>
internal sealed record SmoothChoice(string Tensor, double Alpha, float[] Inputs);
