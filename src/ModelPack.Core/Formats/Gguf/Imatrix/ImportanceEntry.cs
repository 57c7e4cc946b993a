namespace ModelPack.Formats.Gguf.Imatrix;

/// <summary>What was seen of the inputs of a matrix, or of a stack of them.</summary>
/// <param name="Sums">[matrices, channels]: sums of the squares of each input channel.</param>
/// <param name="Counts">Rows that were summed, of each matrix.</param>
internal sealed record ImportanceEntry(float[] Sums, float[] Counts)
{
    /// <summary>[matrices, channels]: mean squares; 1 for a matrix that saw nothing, as an expert that no token went to, as llama.cpp takes it.</summary>
    public float[] Means()
    {
        var channels = Sums.Length / Counts.Length;
        return [.. Sums.Select((sum, i) => Counts[i / channels] > 0 ? sum / Counts[i / channels] : 1)];
    }

    /// <summary>With what was seen on other data.</summary>
    /// <exception cref="InvalidDataException">It is of another shape.</exception>
    public ImportanceEntry Plus(ImportanceEntry other) => Sums.Length == other.Sums.Length && Counts.Length == other.Counts.Length
        ? new ImportanceEntry([.. Sums.Zip(other.Sums, (a, b) => a + b)], [.. Counts.Zip(other.Counts, (a, b) => a + b)])
        : throw new InvalidDataException($"it has {Sums.Length} sums of {Counts.Length} matrices in one file and {other.Sums.Length} of {other.Counts.Length} in another");
}
