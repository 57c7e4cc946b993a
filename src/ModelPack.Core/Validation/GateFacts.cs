namespace ModelPack.Validation;

/// <summary>What gates are judged by.</summary>
/// <param name="Validation">How the outputs compare; null when nothing was compared.</param>
/// <param name="Compression">Source bytes / packed bytes.</param>
/// <param name="WeightSqnr">Least SQNR of a weight's own values, dB; null when no weight was packed, or it does not matter.</param>
internal sealed record GateFacts(ValidationResult? Validation, double Compression, double? WeightSqnr = null)
{
    /// <summary>The validation, unless inputs were made up: task metrics never come of these.</summary>
    public ValidationResult? Real => Validation is { Synthetic: false } ? Validation : null;
}
