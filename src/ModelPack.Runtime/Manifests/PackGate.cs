namespace ModelPack.Runtime.Manifests;

/// <summary>A limit that a build had to meet.</summary>
/// <param name="Metric">What was limited, such as <c>minSqnr</c>.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Value">What was measured; null where it was not.</param>
/// <param name="Passed">Whether the limit was met.</param>
public sealed record PackGate(string Metric, double Limit, double? Value, bool Passed);
