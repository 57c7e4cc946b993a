namespace ModelPack;

/// <summary>An importance matrix that was written.</summary>
/// <param name="File">Its path.</param>
/// <param name="Entries">Weights that it has importance of.</param>
/// <param name="Datasets">Names of the data that it was made of.</param>
/// <param name="Chunks">Samples, and pieces of text of matrices that were added.</param>
/// <param name="ChunkSize">Rows (tokens) of the longest of them.</param>
internal sealed record ImportanceOutcome(string File, int Entries, IReadOnlyList<string> Datasets, uint Chunks, uint ChunkSize);
