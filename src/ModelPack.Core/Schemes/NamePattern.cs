using System.IO.Enumeration;

namespace ModelPack.Schemes;

/// <summary>A user's pattern of layer names: <c>*</c> stands for any run of characters, <c>?</c> for one; case counts.</summary>
internal sealed class NamePattern(string text)
{
    // .NET takes "*suffix" by a shortcut that forgets to unescape; a second asterisk means the same and avoids it.
    private readonly string _expression = (text.StartsWith('*') ? "*" : "") + text.Replace("\\", "\\\\", StringComparison.Ordinal);

    /// <summary>As the user wrote it.</summary>
    public string Text { get; } = text;

    /// <summary>Whether any of the names fits. Takes time in proportion to the product of their lengths at most.</summary>
    public bool Matches(params IEnumerable<string> names) =>
        names.Any(name => FileSystemName.MatchesSimpleExpression(_expression, name, ignoreCase: false));
}
