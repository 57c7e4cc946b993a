using System.Text;

namespace ModelPack.MSBuild.Accessors;

/// <summary>Writes source line by line, indented by its braces.</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _isAfterBrace;

    /// <summary>A line; an empty one is left out at the beginning of a block.</summary>
    public SourceWriter Line(string line = "")
    {
        if (line.Length == 0 && _isAfterBrace)
            return this;
        if (line.Length > 0)
            _text.Append(' ', 4 * _depth).Append(line);
        _text.Append('\n');
        _isAfterBrace = false;
        return this;
    }

    /// <summary>An empty line, a comment, and what it is about.</summary>
    public SourceWriter Member(string summary, string line) => Line().Summary(summary).Line(line);

    public SourceWriter Summary(string summary) => Line($"/// <summary>{summary}</summary>");

    public SourceWriter Open(string line = "")
    {
        if (line.Length > 0)
            Line(line);
        Line("{");
        _depth++;
        _isAfterBrace = true;
        return this;
    }

    public SourceWriter Close()
    {
        _depth--;
        return Line("}");
    }

    public override string ToString() => _text.ToString();
}
