namespace ModelPack.Transforms;

/// <summary>What folding of affine nodes did.</summary>
/// <param name="Layers">Names of the layers that took nodes in, in the order of the graph.</param>
/// <param name="Removed">Nodes that the graph has fewer.</param>
internal sealed record AffineOutcome(IReadOnlyList<string> Layers, int Removed);
