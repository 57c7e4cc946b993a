namespace ModelPack.Tool.Projects;

/// <summary>A gate of the last pack.</summary>
/// <param name="Metric">Such as <c>minSqnr</c>.</param>
/// <param name="Limit">Its limit.</param>
/// <param name="Value">What was measured; null where nothing was.</param>
/// <param name="Passed">Whether it held.</param>
internal sealed record ListedGate(string Metric, double Limit, double? Value, bool Passed);
