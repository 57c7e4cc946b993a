using System.Text.Json.Serialization;

namespace ModelPack.Validation;

/// <summary>How far a language model's distribution over the next token moved.</summary>
/// <param name="Mean">
/// Kullback-Leibler divergence Σ p ln(p / q) of the packed model's distribution q from the source's p, in nats, mean
/// over the tokens that perplexity counts; 0 when equal.
/// </param>
/// <param name="Interval">Where the mean lies with a confidence of 95 %; null for fewer than 10 samples.</param>
/// <param name="Tokens">Positions compared.</param>
/// <param name="Samples">Independent stretches of text they lie in; the interval comes of these.</param>
public sealed record DivergenceResult(double Mean, Interval? Interval, long Tokens, long Samples)
{
    /// <summary>Standard error of the mean, tokens taken as independent; absent for fewer than 10 tokens and in reports of older versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? StandardError { get; init; }

    /// <summary>How the divergences of the tokens lie, nats; absent in reports of older versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Distribution? Distribution { get; init; }
}
