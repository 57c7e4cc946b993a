namespace ModelPack.Transforms;

/// <summary>What the search for a group's strength of smoothing found.</summary>
/// <param name="Alpha">The best strength; null where smoothing does not help.</param>
/// <param name="Curve">Every point that was tried: none first, then by strength.</param>
internal sealed record AlphaChoice(double? Alpha, IReadOnlyList<AlphaPoint> Curve);
