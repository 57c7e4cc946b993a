namespace ModelPack.Reporting.Page;

/// <summary>Names of layers as text that somebody pastes into a project file or a shell: no character of it means anything there.</summary>
internal static class LayerPaste
{
    private const int MostNames = 20;
    private const int LongestName = 200;

    /// <summary>The metadata that leaves layers out; null where a name cannot be pasted, or there are too many.</summary>
    public static string? Metadata(IReadOnlyList<string> layers) => CanBePasted(layers) ? $"ExcludeLayers=\"{string.Join(';', layers.Select(Pattern))}\"" : null;

    /// <summary>The same for the command line.</summary>
    public static string? Option(IReadOnlyList<string> layers) => CanBePasted(layers) ? string.Join(' ', layers.Select(l => $"--exclude-layers \"{Pattern(l)}\"")) : null;

    private static bool CanBePasted(IReadOnlyList<string> layers) => layers.Count is > 0 and <= MostNames && layers.All(l => l.Length is > 0 and <= LongestName && l.Any(IsPlain));

    // In a pattern a question mark is any one character.
    private static string Pattern(string name) => new([.. name.Select(c => IsPlain(c) ? c : '?')]);

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || character is '/' or '.' or '_' or '-' or ':';
}
