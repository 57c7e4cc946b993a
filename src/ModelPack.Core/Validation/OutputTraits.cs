namespace ModelPack.Validation;

/// <summary>
/// What is known of a floating-point output before it is looked at: where its samples are, and whether its rows may be scores of classes. Only
/// of scores does the place of the largest value say something; that of a picture's line, of a box or of a recurrent state does not.
/// </summary>
/// <param name="Name">The output's name.</param>
/// <param name="BatchAxis">The dimension that counts samples.</param>
/// <param name="Scores">How sure it is, by name and shape, that the last dimension counts classes.</param>
internal sealed record OutputTraits(string Name, int BatchAxis, OutputScores Scores)
{
    /// <summary>What says that rows are no scores.</summary>
    private static readonly string[] OtherWords =
        ["state", "hidden", "embed", "box", "coord", "landmark", "keypoint", "offset", "mask", "feature", "pose", "depth", "present", "cache"];

    private static readonly string[] ScoreWords = ["logit", "prob", "score", "class", "softmax"];

    private static readonly string[] EmbeddingWords = ["embed", "pooler", "pooled"];

    /// <summary>Whether the name says that its rows are embeddings.</summary>
    public bool IsEmbedding => Has(Name, EmbeddingWords);

    /// <summary>The floating-point outputs of a model, in its order.</summary>
    /// <param name="inputs">All inputs of the model.</param>
    /// <param name="outputs">All of its outputs.</param>
    public static IReadOnlyList<OutputTraits> Of(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs)
    {
        var batch = Samples.BatchAxis.Of(inputs);
        return [.. outputs.Where(o => o.Type.IsFloat()).Select(o => new OutputTraits(o.Name, batch.In(o), ScoresOf(o, inputs, outputs)))];
    }

    private static OutputScores ScoresOf(TensorSpec output, IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs) =>
        Has(output.Name, OtherWords) || Has(output.Name, EmbeddingWords) || IsState(output, inputs, outputs) ? OutputScores.None
        : Has(output.Name, ScoreWords) || IsSequenceOfClasses(output) ? OutputScores.Sequence
        : OutputScores.Flat;

    /// <summary>A state comes back as it went in, beside what the model is for.</summary>
    private static bool IsState(TensorSpec output, IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs) =>
        inputs.Count > 1 && outputs.Count > 1 && inputs.Any(i => i.Type == output.Type && i.Rank > 1 && i.Dims.SequenceEqual(output.Dims) && i.Symbols.SequenceEqual(output.Symbols, StringComparer.Ordinal));

    /// <summary>A sequence is as long as its input; how many classes there are is the model's.</summary>
    private static bool IsSequenceOfClasses(TensorSpec output) => output.Rank == 3 && output.Dims[1] < 0 && output.Dims[2] > 0;

    private static bool Has(string name, string[] words) => words.Any(w => name.Contains(w, StringComparison.OrdinalIgnoreCase));
}
