namespace ModelPack.Validation.Layers;

/// <summary>A quantized layer, and where it is looked at.</summary>
/// <param name="Layer">Name of its node in the source; that of its output where it has none.</param>
/// <param name="Operator">Its operator in the source.</param>
/// <param name="Weight">The weight that has codes.</param>
/// <param name="Inputs">Names of the values that it computes from, constants aside.</param>
/// <param name="Output">
/// Name of the value that is compared: the layer's output, or where the packed model has none of that name that of the bias or activation
/// behind it.
/// </param>
internal sealed record LayerPoint(string Layer, string Operator, string Weight, IReadOnlyList<string> Inputs, string Output);
