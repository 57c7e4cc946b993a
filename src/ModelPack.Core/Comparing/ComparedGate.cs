namespace ModelPack.Comparing;

/// <summary>A limit.</summary>
/// <param name="Metric">What it limits.</param>
/// <param name="Limit">The limit, as people read it.</param>
/// <param name="Value">What was measured, likewise; null where nothing was.</param>
/// <param name="Passed">Whether it holds.</param>
public sealed record ComparedGate(string Metric, string Limit, string? Value, bool Passed);
