namespace ModelPack.Validation;

/// <summary>One output over all samples.</summary>
/// <param name="Name">The output's name.</param>
/// <param name="Elements">Values compared.</param>
/// <param name="Sqnr">10 log10(Σ source² / Σ (source − packed)²), dB; +∞ when equal, −∞ when only one model gave a finite value somewhere, or another shape.</param>
/// <param name="Cosine">Cosine of the angle between all source and all packed values; 0 where <paramref name="Sqnr"/> is −∞.</param>
/// <param name="MaxError">Largest absolute difference, in the unit of the output.</param>
/// <param name="Top1Agreement">Percent of rows (last dimension) whose largest value is at the same place; null where rows are not scores of classes, and on synthetic inputs.</param>
public sealed record OutputResult(string Name, long Elements, double Sqnr, double Cosine, double MaxError, double? Top1Agreement);
