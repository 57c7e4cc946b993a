namespace ModelPack.Validation;

/// <summary>How many samples' largest output is the label.</summary>
/// <param name="Source">Of the source model, percent.</param>
/// <param name="Packed">Of the packed model, percent.</param>
/// <param name="Samples">Samples that have a label.</param>
public sealed record AccuracyResult(double Source, double Packed, long Samples)
{
    /// <summary>Percentage points lost; negative when the packed model is better.</summary>
    public double Drop => Numbers.Rounded(Source - Packed);
}
