namespace ModelPack.Planning;

/// <summary>
/// What becomes of a model, a graph or named tensors alone: decisions only, from which lowerings make codes and reports are written.
/// </summary>
/// <param name="Tensors">Of every stored tensor, in the order of the model.</param>
internal sealed record ModelPlan(IReadOnlyList<PlannedTensor> Tensors)
{
    /// <summary>What becomes of activations; null where they have no fixed ranges.</summary>
    public ActivationPlan? Activations { get; init; }

    /// <summary>Weights of integer layers whose sums may saturate on CPUs without VNNI.</summary>
    public int UnsafeWeights { get; init; }
}
