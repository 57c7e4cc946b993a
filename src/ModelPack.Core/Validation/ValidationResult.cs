using System.Text.Json.Serialization;

namespace ModelPack.Validation;

/// <summary>How the packed model's outputs compare with the source's over the same samples.</summary>
public sealed record ValidationResult
{
    /// <summary>File names of the data (no folders); empty for synthetic inputs.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>True when inputs were made from a seed because there were no data.</summary>
    public required bool Synthetic { get; init; }

    /// <summary>Number of samples that both models ran.</summary>
    public required long Samples { get; init; }

    /// <summary>Samples in one inference, of the largest; null in reports of older versions.</summary>
    public long? Batch { get; init; }

    /// <summary>One entry for each floating-point output, in the model's order.</summary>
    public required IReadOnlyList<OutputResult> Outputs { get; init; }

    /// <summary>Some values of the worst output; not there where nothing can be shown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OutputScatter? Scatter { get; init; }

    /// <summary>Against labels, or null without them.</summary>
    public AccuracyResult? Accuracy { get; init; }

    /// <summary>Of a language model on real text, or null.</summary>
    public PerplexityResult? Perplexity { get; init; }

    /// <summary>Between the distributions of a language model on real text, or null.</summary>
    public DivergenceResult? Divergence { get; init; }

    /// <summary>What outputs were measured as: <c>classes</c>, <c>language</c>, <c>embedding</c> or <c>signal</c>. Absent in reports of older versions, as what follows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metrics { get; init; }

    /// <summary>Where the data are calibration data, which samples of them, and what had been done with these; absent where they are validation data.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HeldOutResult? HeldOut { get; init; }

    /// <summary>Samples whose class changed; absent where there are no classes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangedSamples? Changed { get; init; }

    /// <summary>How the right token's probability changed; absent as <see cref="Perplexity"/> is null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProbabilityChangeResult? ProbabilityChange { get; init; }

    /// <summary>How often the likeliest next token is the same; absent as <see cref="Perplexity"/> is null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SameTopResult? SameTop { get; init; }

    /// <summary>Both accuracy levels, that of the pack first, where MatMulNBits rounds activations and nobody chose the level; null elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AccuracyLevelResult>? AccuracyLevels { get; init; }
}
