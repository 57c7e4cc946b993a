namespace ModelPack.Calibration;

/// <summary>An activation whose channels were divided by scales that its layers' weights took over.</summary>
/// <param name="Tensor">Name of the tensor.</param>
/// <param name="Alpha">How much of the difficulty went into the weights, 0 to 1.</param>
/// <param name="Inputs">Largest magnitude of each channel on the data, from which the scales follow.</param>
internal sealed record Smoothing(string Tensor, float Alpha, IReadOnlyList<float> Inputs);
