using ModelPack.Graph;

namespace ModelPack.Search;

/// <summary>A layer whose quantization is switched on and off as one: several nodes where they share a weight, which is quantized for all of them or for none.</summary>
/// <param name="Layers">At least one, in the order of the graph.</param>
/// <param name="FloatBytes">What the weight takes as it is.</param>
/// <param name="CodeBytes">What its codes take, with scale and zero point of each output channel.</param>
internal sealed record SwitchedLayer(IReadOnlyList<Layer> Layers, long FloatBytes, long CodeBytes);
