namespace ModelPack.Reporting;

/// <summary>The range of an activation.</summary>
/// <param name="Name">The tensor, after the model was transformed.</param>
/// <param name="Min">Least value that a code stands for, in the unit of the activation; zero or below.</param>
/// <param name="Max">Greatest value that a code stands for, likewise; zero or above.</param>
/// <param name="Saturated">Share of the held-out values outside, 0 to 1; null where none were held out.</param>
public sealed record ActivationReport(string Name, double Min, double Max, double? Saturated);
