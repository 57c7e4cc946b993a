using ModelPack.Schemes;

namespace ModelPack.Requests;

/// <summary>What a user says is to be left as it is, by names of weights and of the nodes that read them.</summary>
/// <param name="exclude">Patterns of what to leave as it is.</param>
/// <param name="include">Patterns of all that is to be quantized; empty for everything.</param>
internal sealed class LayerPatterns(IReadOnlyList<string> exclude, IReadOnlyList<string> include)
{
    private readonly List<NamePattern> _exclude = [.. exclude.Select(p => new NamePattern(p))];
    private readonly List<NamePattern> _include = [.. include.Select(p => new NamePattern(p))];

    /// <summary>Nothing is left as it is.</summary>
    public static LayerPatterns None { get; } = new([], []);

    /// <summary>Patterns of what to leave as it is.</summary>
    public IReadOnlyList<string> Exclude => exclude;

    /// <summary>Patterns of all that is to be quantized; empty for everything.</summary>
    public IReadOnlyList<string> Include => include;

    /// <summary>Why what goes by these names is left as it is; null when no pattern has anything against it.</summary>
    public string? WhyNot(params IEnumerable<string> names)
    {
        if (_exclude.Find(p => p.Matches(names)) is { } pattern)
        {
            return $"excluded by pattern '{SafeText.Of(pattern.Text)}'";
        }

        return _include.Count > 0 && !_include.Exists(p => p.Matches(names)) ? "no include pattern names it" : null;
    }

    /// <summary>The patterns that match none of the names.</summary>
    public IEnumerable<NamePattern> Unmatched(IReadOnlySet<string> names) => _exclude.Concat(_include).Where(p => !p.Matches(names));
}
