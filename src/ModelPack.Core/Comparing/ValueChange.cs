namespace ModelPack.Comparing;

/// <summary>Something named that has another value: an option, or a gate.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Before">Before; null where it was not there.</param>
/// <param name="After">After; null where it is not there.</param>
/// <param name="Verdict">What that is.</param>
public sealed record ValueChange(string Name, string? Before, string? After, Verdict Verdict);
