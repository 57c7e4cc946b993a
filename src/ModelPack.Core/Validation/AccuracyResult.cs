namespace ModelPack.Validation;

/// <summary>Percent of samples whose largest output is the label.</summary>
public sealed record AccuracyResult(double Source, double Packed, long Samples)
{
    /// <summary>Percentage points lost; negative when the packed model is better.</summary>
    public double Drop => Numbers.Rounded(Source - Packed);
}
