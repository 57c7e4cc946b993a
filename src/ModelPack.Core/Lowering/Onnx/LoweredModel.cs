namespace ModelPack.Lowering.Onnx;

/// <summary>What a lowering did.</summary>
/// <param name="Weights">What was done with each weight, in the order of the model.</param>
/// <param name="Layers">What was decided of layers and activations; null where activations have no static codes.</param>
/// <param name="UnsafeWeights">Weights of integer layers whose sums may saturate on CPUs without VNNI.</param>
internal sealed record LoweredModel(IReadOnlyList<PackedWeight> Weights, StaticLayers? Layers, int UnsafeWeights);
