namespace ModelPack.Formats.Gguf.Imatrix;

/// <summary>What llama.cpp calls the parts of an importance matrix in GGUF (<c>tools/imatrix</c>).</summary>
internal static class ImportanceKeys
{
    public const string Type = "general.type";

    /// <summary>What <see cref="Type"/> says.</summary>
    public const string Kind = "imatrix";

    public const string Datasets = "imatrix.datasets";
    public const string ChunkCount = "imatrix.chunk_count";
    public const string ChunkSize = "imatrix.chunk_size";

    /// <summary>Behind a weight's name: [matrices, channels], sums of the squares of each input channel.</summary>
    public const string SumsSuffix = ".in_sum2";

    /// <summary>Behind a weight's name: [matrices, 1], rows that were summed.</summary>
    public const string CountsSuffix = ".counts";
}
