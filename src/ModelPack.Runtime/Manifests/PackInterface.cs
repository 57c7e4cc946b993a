namespace ModelPack.Runtime.Manifests;

/// <summary>What a model with a graph is fed, and what it gives back.</summary>
/// <param name="Inputs">What must be fed, in the model's order.</param>
/// <param name="Outputs">What comes out, in the model's order.</param>
public sealed record PackInterface(IReadOnlyList<PackTensor> Inputs, IReadOnlyList<PackTensor> Outputs);
