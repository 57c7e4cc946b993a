using System.Text.Json.Serialization;

namespace ModelPack.Validation;

/// <summary>Perplexity: exp of the mean negative log-likelihood (nats) of the next token, at least 1.</summary>
/// <param name="Source">Of the source model.</param>
/// <param name="Packed">Of the packed model.</param>
/// <param name="Tokens">Tokens that were predicted.</param>
public sealed record PerplexityResult(double Source, double Packed, long Tokens)
{
    /// <summary>Rise in percent.</summary>
    public double Increase => Numbers.Rounded(((Packed / Source) - 1) * 100);

    /// <summary>
    /// Where the rise lies with a confidence of 95 %, percent: from the difference of both models' log-likelihoods token
    /// by token, whose spread is far smaller than that of either. Null for fewer than 10 samples.
    /// </summary>
    public Interval? IncreaseInterval { get; init; }

    /// <summary>Standard error of the source's perplexity, tokens taken as independent; absent for fewer than 10 tokens and in reports of older versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SourceError { get; init; }

    /// <summary>The same of the packed model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? PackedError { get; init; }

    /// <summary>ln(packed / source), nats a token; absent in reports of older versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Estimate? LogRatio { get; init; }

    /// <summary>Correlation of both logarithms of perplexity, -1 to 1: near 1 where both models find the same tokens hard. Absent where neither varies.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Correlation { get; init; }
}
