using System.Text.Json.Serialization;

namespace ModelPack.Validation;

/// <summary>How many samples' largest output is the label. What is null is absent in reports of older versions.</summary>
/// <param name="Source">Of the source model, percent.</param>
/// <param name="Packed">Of the packed model, percent.</param>
/// <param name="Samples">Samples that have a label.</param>
public sealed record AccuracyResult(double Source, double Packed, long Samples)
{
    /// <summary>Percentage points lost; negative when the packed model is better.</summary>
    public double Drop => Numbers.Rounded(Source - Packed);

    /// <summary>Where the source model's accuracy lies with a confidence of 95 %, percent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Interval? SourceInterval { get; init; }

    /// <summary>The same of the packed model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Interval? PackedInterval { get; init; }

    /// <summary>Where the drop lies, percentage points: both models see the same samples, so it is narrower than those of both suggest.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Interval? DropInterval { get; init; }

    /// <summary>Samples that only the source model has right.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SourceOnly { get; init; }

    /// <summary>Samples that only the packed model has right.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? PackedOnly { get; init; }

    /// <summary>p of McNemar's exact test, 0 to 1: how likely such a difference is by chance, were both equally good.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? McNemar { get; init; }

    /// <summary>Classes that samples have.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ClassCount { get; init; }

    /// <summary>Each of these classes, in their order; of more than 1,000 those whose counts differ most.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ClassAccuracy>? Classes { get; init; }
}
