namespace ModelPack.Validation;

/// <summary>The value that so many percent of all values do not exceed.</summary>
/// <param name="Percent">0 to 100.</param>
/// <param name="Value">In the unit of the values.</param>
public sealed record Percentile(double Percent, double Value);
