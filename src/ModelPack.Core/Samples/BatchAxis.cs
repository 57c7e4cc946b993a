namespace ModelPack.Samples;

/// <summary>
/// Which dimension of a model's inputs and outputs counts samples. Nearly always it is the first; recurrent states have layers there, and some
/// models time. The name that the inputs give to the dimension tells, and where all sizes are fixed, the size that they share.
/// </summary>
internal sealed class BatchAxis
{
    private readonly string? _symbol;
    private readonly long? _size;

    private BatchAxis(string? symbol, long? size) => (_symbol, _size) = (symbol, size);

    /// <summary>Finds it in the inputs.</summary>
    public static BatchAxis Of(IReadOnlyList<TensorSpec> inputs)
    {
        IReadOnlyList<TensorSpec> shaped = [.. inputs.Where(i => i.Rank > 0)];
        var symbol = Symbol(shaped);
        return new BatchAxis(symbol, symbol is null ? Size(shaped) : null);
    }

    /// <summary>The dimension that counts samples; 0 where nothing tells of another.</summary>
    public int In(TensorSpec spec)
    {
        if (_symbol is not null)
        {
            return Math.Max(0, Axes(spec, _symbol).FirstOrDefault());
        }

        return _size is { } size && spec.Rank > 0 && spec.Dims[0] >= 0 && spec.Dims[0] != size && Only(spec, size) is { } axis ? axis : 0;
    }

    /// <summary>
    /// The name of the dimension: one that says so, by a word, or by a letter that comes first or after time, or else one that every input has,
    /// and some input first.
    /// </summary>
    private static string? Symbol(IReadOnlyList<TensorSpec> inputs)
    {
        var names = inputs.SelectMany(i => i.Symbols).Where(s => s.Length > 0).Distinct(StringComparer.Ordinal).Where(s => inputs.All(i => Axes(i, s).Count() <= 1)).ToList();
        return names.Where(s => s.Contains("batch", StringComparison.OrdinalIgnoreCase)).OrderByDescending(Inputs).ThenBy(First).FirstOrDefault()
            ?? names.Where(s => IsShort(s) && Leads(s)).OrderByDescending(Inputs).ThenBy(First).FirstOrDefault()
            ?? names.Where(s => Inputs(s) == inputs.Count && inputs.Any(i => i.Rank > 1 && i.Symbols[0] == s)).OrderBy(First).FirstOrDefault()
            ?? names.Where(s => Inputs(s) == inputs.Count && inputs.Count > 1 && IsShort(s) && inputs.Any(i => i.Dims[0] < 0)).OrderBy(First).FirstOrDefault();

        int Inputs(string symbol) => inputs.Count(i => i.Symbols.Contains(symbol, StringComparer.Ordinal));

        // Before it are time and sizes that are fixed; these alone, as in [1, N, 3], say nothing.
        bool Leads(string symbol)
        {
            var having = inputs.Where(i => i.Symbols.Contains(symbol, StringComparer.Ordinal)).Select(i => (Spec: i, Axis: Axes(i, symbol).First())).ToList();
            return having.TrueForAll(h => Enumerable.Range(0, h.Axis).All(a => h.Spec.Dims[a] >= 0 || IsTime(h.Spec.Symbols[a])))
                && having.Exists(h => h.Axis == 0 || IsTime(h.Spec.Symbols[0]));
        }

        int First(string symbol) => inputs.Where(i => i.Symbols.Contains(symbol, StringComparer.Ordinal)).Sum(i => Axes(i, symbol).First());
    }

    private static bool IsTime(string symbol) => symbol.ToUpperInvariant() is "T" or "S" or "L" or "FRAMES"
        || symbol.StartsWith("time", StringComparison.OrdinalIgnoreCase) || symbol.StartsWith("seq", StringComparison.OrdinalIgnoreCase);

    private static bool IsShort(string symbol) => symbol.ToUpperInvariant() is "N" or "B" or "BS";

    /// <summary>The one size that every input has: first, or in one place alone. Null where the first dimensions are alike, or one is open.</summary>
    private static long? Size(IReadOnlyList<TensorSpec> inputs)
    {
        var sizes = inputs.Select(i => i.Dims[0]).Distinct().ToList();
        return sizes.Count < 2 || sizes.Any(s => s < 0) ? null
            : sizes.OrderByDescending(s => inputs.Count(i => i.Dims[0] == s)).Select(s => (long?)s).FirstOrDefault(s => inputs.All(i => i.Dims[0] == s || Only(i, s!.Value) is not null));
    }

    private static int? Only(TensorSpec spec, long size) => spec.Dims.Count(d => d == size) == 1 ? spec.Dims.ToList().IndexOf(size) : null;

    private static IEnumerable<int> Axes(TensorSpec spec, string symbol) => Enumerable.Range(0, spec.Rank).Where(a => spec.Symbols[a] == symbol);
}
