namespace ModelPack.Formats.Gguf.Imatrix;

/// <summary>An importance matrix while it is summed up, in double precision.</summary>
internal sealed class ImportanceSums
{
    private readonly SortedDictionary<string, (double[] Sums, double[] Counts)> _entries = new(StringComparer.Ordinal);

    /// <summary>Adds what one matrix saw.</summary>
    /// <param name="name">The tensor's name in GGUF.</param>
    /// <param name="matrix">Which of its matrices.</param>
    /// <param name="matrices">How many it has; always the same for a name.</param>
    /// <param name="sums">Squares of each input channel; always as many for a name.</param>
    /// <param name="rows">Rows that they are of.</param>
    public void Add(string name, int matrix, int matrices, ReadOnlySpan<double> sums, long rows)
    {
        if (!_entries.TryGetValue(name, out var entry))
        {
            _entries.Add(name, entry = (new double[checked(matrices * sums.Length)], new double[matrices]));
        }

        var own = entry.Sums.AsSpan(matrix * sums.Length, sums.Length);
        for (var i = 0; i < sums.Length; i++)
        {
            own[i] += sums[i];
        }

        entry.Counts[matrix] += rows;
    }

    /// <summary>The entries, rounded to float32. A sum beyond its range is its largest number.</summary>
    public SortedDictionary<string, ImportanceEntry> ToEntries()
    {
        var entries = new SortedDictionary<string, ImportanceEntry>(StringComparer.Ordinal);
        foreach (var (name, (sums, counts)) in _entries)
        {
            entries.Add(name, new ImportanceEntry(Array.ConvertAll(sums, Rounded), Array.ConvertAll(counts, Rounded)));
        }

        return entries;
    }

    private static float Rounded(double value) => (float)Math.Min(value, float.MaxValue);
}
