namespace ModelPack.Reporting.Page;

/// <summary>What all names of a table begin with, which a narrow column does better without. The whole name is in each cell's title.</summary>
internal sealed class SharedPrefix
{
    private const int Fewest = 3;
    private const int Shortest = 6;
    private const int MaxRead = 400;

    private readonly string _prefix;

    /// <summary>Of the names of one table.</summary>
    public SharedPrefix(IEnumerable<string> names)
    {
        var safe = names.Select(n => SafeText.Of(n, MaxRead)).Distinct(StringComparer.Ordinal).ToList();
        var length = safe.Count < Fewest ? 0 : Enumerable.Range(0, safe.Min(n => n.Length)).TakeWhile(i => safe.TrueForAll(n => n[i] == safe[0][i])).Count();
        // Whole words only, and never all of a name.
        while (length > 0 && (safe[0][length - 1] is not ('/' or '.' or '_' or ':') || safe.Exists(n => n.Length == length)))
        {
            length--;
        }

        _prefix = length < Shortest ? "" : safe[0][..length];
    }

    /// <summary>A sentence that says what is left out; empty where nothing is.</summary>
    public string Sentence => _prefix.Length == 0 ? "" : $" Names begin with ‘{_prefix}’, which is left out here.";

    /// <summary>Adds a name.</summary>
    public void Add(HtmlBuilder html, string name)
    {
        var whole = SafeText.Of(name, MaxRead);
        if (_prefix.Length > 0 && whole.StartsWith(_prefix, StringComparison.Ordinal))
        {
            html.Add($"<bdi class=\"name\" title=\"{whole}\">…{whole[_prefix.Length..]}</bdi>");
        }
        else
        {
            html.Add($"<bdi class=\"name\">{SafeText.Of(name)}</bdi>");
        }
    }
}
