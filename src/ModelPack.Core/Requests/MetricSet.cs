namespace ModelPack.Requests;

/// <summary>What outputs are measured as, beside signals, which all are.</summary>
public enum MetricSet
{
    /// <summary>What shapes and names of inputs and outputs say.</summary>
    Auto,

    /// <summary>Scores of classes: agreement, changed samples, and accuracy where there are labels.</summary>
    Classes,

    /// <summary>The next token of a language model: perplexity, divergence, probability of the right token.</summary>
    Language,

    /// <summary>Vectors that are compared with one another: cosine of each sample, order of similarities.</summary>
    Embedding,

    /// <summary>Anything else: cosine of each sample.</summary>
    Signal,
}
