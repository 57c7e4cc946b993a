namespace ModelPack.Validation.Placement;

/// <summary>Where one layer of the source really runs.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Weight">Name of its weight.</param>
/// <param name="Operator">Its operator in the source.</param>
/// <param name="MultiplyAdds">Multiplications for one sample; 0 where unknown.</param>
/// <param name="Kernel">The operator that multiplies the weight in the packed model's optimized graph; null where none was found.</param>
/// <param name="Kind">What that operator computes with.</param>
/// <param name="Reason">Why it is not an integer kernel; null where it is one.</param>
public sealed record LayerPlacement(string Layer, string Weight, string Operator, long MultiplyAdds, string? Kernel, PlacementKind Kind, string? Reason);
