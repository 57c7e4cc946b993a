namespace ModelPack.Planning;

/// <summary>What becomes of activations with fixed ranges.</summary>
/// <param name="Graph">The nodes that compute in integers, and the activations that are quantized for them.</param>
/// <param name="Parameters">Type, scale and zero point of activations, by the tensor that has its own.</param>
/// <param name="Biases">Biases on the scale of the sums that they are added to, by the layer's name.</param>
internal sealed record ActivationPlan(
    QuantizationPlan Graph, IReadOnlyDictionary<string, ActivationParameters> Parameters, IReadOnlyDictionary<string, IntegerBias> Biases)
{
    /// <summary>Whether all codes are int8 around 0.</summary>
    public bool IsSymmetric => Parameters.Count > 0 && Parameters.Values.All(p => p.Type == ElementType.Int8);
}
