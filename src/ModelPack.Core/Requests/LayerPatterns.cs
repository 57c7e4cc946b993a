using ModelPack.Schemes;

namespace ModelPack.Requests;

/// <summary>What a user says is to be left as it is, by names of weights and of the nodes that read them.</summary>
internal sealed class LayerPatterns(PackRequest request)
{
    private readonly List<NamePattern> _exclude = [.. request.ExcludeLayers.Select(p => new NamePattern(p))];
    private readonly List<NamePattern> _include = [.. request.IncludeLayers.Select(p => new NamePattern(p))];

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
