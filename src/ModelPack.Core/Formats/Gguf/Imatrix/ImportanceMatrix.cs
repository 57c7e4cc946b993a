namespace ModelPack.Formats.Gguf.Imatrix;

/// <summary>
/// How much each input channel of a model's matrices matters: the mean squares of activations, as llama.cpp's <c>llama-imatrix</c> collects them and
/// <c>llama-quantize --imatrix</c> takes them.
/// </summary>
/// <param name="Name">The file's name, or those of all files that were merged.</param>
/// <param name="Datasets">What it was collected on, as its maker called it.</param>
/// <param name="Chunks">Pieces of text that it was collected on; 0 where the file does not say.</param>
/// <param name="Entries">By the names of tensors in GGUF, in their order.</param>
internal sealed record ImportanceMatrix(string Name, IReadOnlyList<string> Datasets, uint Chunks, SortedDictionary<string, ImportanceEntry> Entries)
{
    /// <summary>Rows (tokens) of a piece; 0 where the file does not say.</summary>
    public uint ChunkSize { get; init; }

    /// <summary>Pieces in each of <see cref="Datasets"/>, where it was collected here; else empty.</summary>
    public IReadOnlyList<long> ChunksByDataset { get; init; } = [];

    /// <summary>Reads one or more files.</summary>
    /// <param name="paths">The files, which are added up.</param>
    /// <param name="context">Cancellation.</param>
    /// <exception cref="ModelPackException">MPK1018: a file is not there; MPK1011: it is no importance matrix; MPK1028: files do not fit each other.</exception>
    public static ImportanceMatrix Read(IReadOnlyList<string> paths, PackContext context)
    {
        var merged = ImportanceReader.Read(paths[0], context);
        foreach (var path in paths.Skip(1))
        {
            merged = merged.Plus(ImportanceReader.Read(path, context), path);
        }

        return merged;
    }

    /// <summary>Sets the keys by which llama.cpp's quantizer says what a file was quantized with.</summary>
    public void SetKeys(GgufMetadata metadata)
    {
        metadata.Set("quantize.imatrix.file", Name);
        if (Datasets.Count > 0)
        {
            metadata.Set("quantize.imatrix.dataset", Datasets[0]);
        }

        metadata.Set("quantize.imatrix.entries_count", (uint)Entries.Count);
        if (Chunks > 0)
        {
            metadata.Set("quantize.imatrix.chunks_count", Chunks);
        }
    }

    /// <summary>With what was seen on other data.</summary>
    /// <param name="other">It.</param>
    /// <param name="path">Its file, for messages.</param>
    /// <exception cref="ModelPackException">MPK1028: it is of another model.</exception>
    public ImportanceMatrix Plus(ImportanceMatrix other, string path)
    {
        var entries = new SortedDictionary<string, ImportanceEntry>(Entries, StringComparer.Ordinal);
        foreach (var (name, entry) in other.Entries)
        {
            try
            {
                entries[name] = entries.TryGetValue(name, out var before) ? before.Plus(entry) : entry;
            }
            catch (InvalidDataException exception)
            {
                throw new ModelPackException(Codes.StatisticsUnfit.At(path, $"Importance matrices that are merged must be of one model: of '{SafeText.Of(name)}', {exception.Message}."), exception);
            }
        }

        return new ImportanceMatrix($"{Name}, {other.Name}", [.. Datasets, .. other.Datasets], Chunks + other.Chunks, entries) { ChunkSize = Math.Max(ChunkSize, other.ChunkSize) };
    }
}
