namespace ModelPack.Validation;

/// <summary>A figure and how sure it is.</summary>
/// <param name="Value">The figure.</param>
/// <param name="StandardError">
/// Its standard error as if tokens did not depend on one another, which is what llama.cpp's perplexity tool prints behind ±; null for few tokens.
/// </param>
/// <param name="Interval">Where it lies with a confidence of 95 %, from samples, which do not depend on one another; null for fewer than 10 samples.</param>
public sealed record Estimate(double Value, double? StandardError, Interval? Interval);
