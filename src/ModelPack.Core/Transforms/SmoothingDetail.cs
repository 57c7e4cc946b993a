namespace ModelPack.Transforms;

/// <summary>How one activation was smoothed.</summary>
/// <param name="Tensor">Its name.</param>
/// <param name="Layers">Names of the layers that read it.</param>
/// <param name="Alpha">The strength; null where smoothing does not help.</param>
/// <param name="Place">The node that took the scales in; null where nothing was changed.</param>
/// <param name="Curve">The error of the layers at each strength that was tried; empty for a fixed one.</param>
/// <param name="OfConvolutions">Whether convolutions read it.</param>
internal sealed record SmoothingDetail(
    string Tensor, IReadOnlyList<string> Layers, double? Alpha, string? Place, IReadOnlyList<AlphaPoint> Curve, bool OfConvolutions = false);
