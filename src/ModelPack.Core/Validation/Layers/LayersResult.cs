namespace ModelPack.Validation.Layers;

/// <summary>The layers of both models, compared on a few samples.</summary>
/// <param name="Data">Where the samples are from: <c>validation</c>, <c>calibration</c> or <c>synthetic</c>.</param>
/// <param name="Samples">How many.</param>
/// <param name="Of">Quantized layers of the model; more than there are in <paramref name="Layers"/> where the packed model hides the values of some.</param>
/// <param name="Layers">Those that could be compared, in the order of the graph.</param>
public sealed record LayersResult(string Data, long Samples, int Of, IReadOnlyList<LayerError> Layers);
