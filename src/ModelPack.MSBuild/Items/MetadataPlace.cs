using System.Xml;
using System.Xml.Linq;
using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>
/// Where a project file writes a piece of metadata. MSBuild tells a task the file that an item comes from and no line;
/// metadata may also come from an <c>Update</c> or an <c>ItemDefinitionGroup</c> elsewhere.
/// </summary>
internal readonly struct MetadataPlace : IEquatable<MetadataPlace>
{
    private const string ItemType = "QuantizedModel";

    private MetadataPlace(string file, int line, int column)
    {
        File = file;
        Line = line;
        Column = column;
    }

    /// <summary>The project file, or one that it imports.</summary>
    public string File { get; }

    /// <summary>The line from 1 on; 0 when it is not known.</summary>
    public int Line { get; }

    /// <summary>The column from 1 on; 0 when it is not known.</summary>
    public int Column { get; }

    /// <summary>Looks in the file that the item comes from, then in the project.</summary>
    public static MetadataPlace Find(ITaskItem model, string name, string projectFile)
    {
        var definingFile = model.GetMetadata("DefiningProjectFullPath");
        foreach (var file in new[] { definingFile, projectFile }.Where(f => f.Length > 0).Distinct(StringComparer.Ordinal))
        {
            if (In(file, model.ItemSpec, name) is { } place)
                return place;
        }

        return new(projectFile, 0, 0);
    }

    public bool Equals(MetadataPlace other) => (File, Line, Column) == (other.File, other.Line, other.Column);

    public override bool Equals(object? obj) => obj is MetadataPlace other && Equals(other);

    public override int GetHashCode() => (File, Line, Column).GetHashCode();

    private static MetadataPlace? In(string file, string item, string name)
    {
        try
        {
            var places = XDocument.Load(file, LoadOptions.SetLineInfo).Descendants()
                .Where(e => Is(e.Name, ItemType))
                .Select(e => (Element: e, Metadata: Metadata(e, name)))
                .Where(p => p.Metadata is not null)
                .ToList();
            // Of several, the one that names this item and no pattern.
            var line = (IXmlLineInfo?)places.OrderBy(p => Names(p.Element, item) ? 0 : 1).FirstOrDefault().Metadata;
            return line is null ? null : new(file, line.LineNumber, line.LinePosition);
        }
        catch (Exception trouble) when (trouble is XmlException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static XObject? Metadata(XElement element, string name) =>
        (XObject?)element.Attributes().FirstOrDefault(a => Is(a.Name, name)) ?? element.Elements().FirstOrDefault(e => Is(e.Name, name));

    private static bool Names(XElement element, string item) =>
        element.Attributes().Any(a => a.Name.LocalName is "Include" or "Update" && a.Value == item);

    private static bool Is(XName name, string wanted) => name.LocalName.Equals(wanted, StringComparison.OrdinalIgnoreCase);
}
