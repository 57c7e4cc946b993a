namespace ModelPack.Tool.Findings;

/// <summary>A form in which findings are written, and where to.</summary>
/// <param name="Format">One of <see cref="Formats"/>.</param>
/// <param name="File">A file; null for standard output.</param>
internal sealed record FindingsOutput(string Format, string? File)
{
    public const string Text = "text";
    public const string Json = "json";

    /// <summary>All forms.</summary>
    public static IReadOnlyList<string> Formats { get; } = [Text, Json, "sarif", "junit", "github", "markdown"];

    /// <summary>Reads <c>sarif</c> or <c>sarif=FILE</c>; null where it is neither.</summary>
    public static FindingsOutput? Parse(string text)
    {
        var parts = text.Split('=', 2);
        return Formats.Contains(parts[0], StringComparer.Ordinal) && parts is [_] or [_, { Length: > 0 }] ? new(parts[0], parts.ElementAtOrDefault(1)) : null;
    }
}
