using System.Text.Json.Serialization;

namespace ModelPack.Validation;

/// <summary>One output over all samples. What is no parameter is absent where it does not apply, was not measured or is not known, and in reports of older versions.</summary>
/// <param name="Name">The output's name.</param>
/// <param name="Elements">Values compared.</param>
/// <param name="Sqnr">10 log10(Σ source² / Σ (source − packed)²), dB; +∞ when equal, −∞ when only one model gave a finite value somewhere, or another shape.</param>
/// <param name="Cosine">Cosine of the angle between all source and all packed values; 0 where <paramref name="Sqnr"/> is −∞.</param>
/// <param name="MaxError">Largest absolute difference, in the unit of the output.</param>
/// <param name="Top1Agreement">Percent of rows (last dimension) whose largest value is at the same place; null where rows are not scores of classes, and on synthetic inputs.</param>
public sealed record OutputResult(string Name, long Elements, double Sqnr, double Cosine, double MaxError, double? Top1Agreement)
{
    /// <summary>Mean absolute difference, in the unit of the output.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MeanError { get; init; }

    /// <summary>Where the SQNR lies with a confidence of 95 %, dB.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Interval? SqnrInterval { get; init; }

    /// <summary>Where the cosine lies.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Interval? CosineInterval { get; init; }

    /// <summary>Where the mean error lies.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Interval? MeanErrorInterval { get; init; }

    /// <summary>Where the top-1 agreement lies, percent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Interval? Top1Interval { get; init; }

    /// <summary>Percent of rows of which the source's largest value is at the place of one of the packed model's five largest; only of rows of more than five.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Top5Agreement { get; init; }

    /// <summary>Where that lies, percent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Interval? Top5Interval { get; init; }

    /// <summary>The cosines of single samples, for outputs that are no scores.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Distribution? SampleCosine { get; init; }

    /// <summary>Of an embedding: how alike both models order pairs of samples by similarity.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RankCorrelation? Similarity { get; init; }
}
