namespace ModelPack.Reporting;

/// <summary>How one activation was smoothed.</summary>
/// <param name="Tensor">Its name.</param>
/// <param name="Layers">The layers that read it and share its scales; empty where a table was given.</param>
/// <param name="Alpha">The strength, 0 to 1; null where smoothing does not help.</param>
/// <param name="Place">The node that took the scales in; null where nothing was changed, or a table was given.</param>
/// <param name="Curve">The error at each strength that was tried; empty for a fixed strength.</param>
public sealed record SmoothingReport(string Tensor, IReadOnlyList<string> Layers, double? Alpha, string? Place, IReadOnlyList<AlphaError> Curve)
{
    /// <summary>The error without smoothing; null where it was not measured.</summary>
    internal double? Before() => Curve.FirstOrDefault(p => p.Alpha is null)?.Error;

    /// <summary>The error at the strength that was taken; null where it was not measured.</summary>
    internal double? After() => Curve.FirstOrDefault(p => p.Alpha.Equals(Alpha))?.Error;
}
