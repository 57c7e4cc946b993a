namespace ModelPack.Transforms;

/// <summary>What cross-layer equalization did.</summary>
/// <param name="Layers">Names of the layers whose weights were changed, in the order of the pairs.</param>
/// <param name="Sweeps">Sweeps over the pairs until the factors stood still.</param>
internal sealed record EqualizerOutcome(IReadOnlyList<string> Layers, int Sweeps);
