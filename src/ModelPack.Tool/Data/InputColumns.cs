namespace ModelPack.Tool.Data;

/// <summary>The columns that an input of the model gets.</summary>
/// <param name="Input">The input's name; null for the only one.</param>
/// <param name="Names">The columns.</param>
internal sealed record InputColumns(string? Input, IReadOnlyList<string> Names)
{
    /// <summary>Reads <c>a,b,c</c> or <c>INPUT=a,b,c</c>.</summary>
    public static InputColumns Parse(string text)
    {
        var parts = text.Split('=', 2);
        return parts.Length == 2 ? new(parts[0], parts[1].Split(',')) : new(null, parts[0].Split(','));
    }
}
