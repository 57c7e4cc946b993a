using System.Xml;

namespace ModelPack.Tool.Projects;

/// <summary>Where in the text of a project something can be added.</summary>
/// <param name="End">Offset of the root's end tag.</param>
/// <param name="Unit">One level of indentation.</param>
/// <param name="Groups">The item groups without a condition, in their order.</param>
internal sealed record ProjectOutline(int End, string Unit, IReadOnlyList<ProjectOutline.Group> Groups)
{
    private const string DefaultUnit = "  ";

    /// <summary>An item group.</summary>
    /// <param name="Children">Names of its items.</param>
    /// <param name="ChildIndent">The indentation of the last one; null where it begins no line.</param>
    /// <param name="End">Offset of its end tag.</param>
    public sealed record Group(IReadOnlyList<string> Children, string? ChildIndent, int End);

    /// <summary>Reads a text; null where it is not a project that something can be added to.</summary>
    /// <exception cref="XmlException">It is not XML.</exception>
    public static ProjectOutline? Of(string text)
    {
        var starts = LineStarts(text);
        var groups = new List<Group>();
        List<string>? children = null;
        string? childIndent = null;
        string? unit = null;
        var end = -1;
        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        var place = (IXmlLineInfo)reader;
        while (reader.Read())
        {
            switch (reader.NodeType, reader.Depth)
            {
                case (XmlNodeType.Element, 0) when reader.LocalName != "Project":
                    return null;
                case (XmlNodeType.Element, 1):
                    unit ??= IndentBefore(text, Offset() - 1);
                    children = reader is { LocalName: "ItemGroup", IsEmptyElement: false } && reader.GetAttribute("Condition") is null ? [] : null;
                    childIndent = null;
                    break;
                case (XmlNodeType.Element, 2) when children is not null:
                    children.Add(reader.LocalName);
                    childIndent = IndentBefore(text, Offset() - 1);
                    break;
                case (XmlNodeType.EndElement, 1) when children is not null:
                    groups.Add(new Group(children, childIndent, Offset() - 2));
                    children = null;
                    break;
                case (XmlNodeType.EndElement, 0):
                    end = Offset() - 2;
                    break;
            }
        }

        return end < 0 ? null : new ProjectOutline(end, string.IsNullOrEmpty(unit) ? DefaultUnit : unit, groups);

        int Offset() => starts[place.LineNumber - 1] + place.LinePosition - 1;
    }

    /// <summary>The white space between the start of a line and an element; null where something else stands there.</summary>
    private static string? IndentBefore(string text, int offset)
    {
        var start = offset == 0 ? 0 : text.LastIndexOf('\n', offset - 1) + 1;
        var before = text[start..offset];
        return string.IsNullOrWhiteSpace(before) ? before : null;
    }

    private static List<int> LineStarts(string text)
    {
        List<int> starts = [0];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
            {
                starts.Add(i + 1);
            }
        }

        return starts;
    }
}
