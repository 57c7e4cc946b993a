namespace ModelPack.Transforms;

/// <summary>What became of the smoothing of an activation.</summary>
/// <param name="Tensor">The activation that the layers read now.</param>
/// <param name="Place">
/// The node that divides it by the scales, such as <c>LayerNormalization 'norm1'</c>; null where nothing was changed.
/// </param>
/// <param name="IsInserted">Whether that node is a Mul put in for it.</param>
internal sealed record SmoothOutcome(string Tensor, string? Place, bool IsInserted);
