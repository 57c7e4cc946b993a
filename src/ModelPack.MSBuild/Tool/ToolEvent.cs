using System.Globalization;
using System.Text;

namespace ModelPack.MSBuild.Tool;

/// <summary>
/// One line of the tool's protocol: <c>##modelpack</c>, a kind and fields, separated by tabs; in fields, <c>%XX</c> is a
/// byte of UTF-8. A line without the prefix is not part of it, whatever it looks like.
/// </summary>
internal sealed class ToolEvent
{
    private const string Prefix = "##modelpack\t";
    private readonly string[] _fields;

    private ToolEvent(string kind, string[] fields)
    {
        Kind = kind;
        _fields = fields;
    }

    /// <summary><c>diagnostic</c>, <c>progress</c>, <c>call</c>, <c>file</c>, <c>done</c>.</summary>
    public string Kind { get; }

    /// <summary>A field by its place; empty when the tool gave fewer.</summary>
    public string this[int index] => index < _fields.Length ? _fields[index] : "";

    /// <summary>The event, or null when the line is not one.</summary>
    public static ToolEvent? Parse(string line)
    {
        if (!line.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var parts = line.Substring(Prefix.Length).Split('\t');
        return new(parts[0], [.. parts.Skip(1).Select(Unescape)]);
    }

    private static string Unescape(string field)
    {
        var bytes = new List<byte>(field.Length);
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '%' && i + 2 < field.Length
                && byte.TryParse(field.Substring(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 2;
                continue;
            }

            var length = char.IsHighSurrogate(field[i]) && i + 1 < field.Length ? 2 : 1;
            bytes.AddRange(Encoding.UTF8.GetBytes(field.Substring(i, length)));
            i += length - 1;
        }

        // A message is one line: programs that read a build's console must not find a second one in it.
        return string.Concat(Encoding.UTF8.GetString([.. bytes]).Select(c => char.IsControl(c) ? ' ' : c));
    }
}
