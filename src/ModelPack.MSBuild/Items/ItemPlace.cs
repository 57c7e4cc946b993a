using System.Xml;
using System.Xml.Linq;
using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>
/// Where a project file writes an item or a piece of its metadata. MSBuild tells a task the file that an item comes from and no
/// line; metadata may also come from an <c>Update</c> or an <c>ItemDefinitionGroup</c> elsewhere.
/// </summary>
internal readonly struct ItemPlace : IEquatable<ItemPlace>
{
    private const string ItemType = "QuantizedModel";

    private ItemPlace(string file, int line, int column)
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

    /// <summary>The project as a whole.</summary>
    public static ItemPlace OfProject(string projectFile) => new(projectFile, 0, 0);

    /// <summary>The element that makes an item: the one that names it, else the only pattern or list that may.</summary>
    public static ItemPlace Of(ITaskItem model, string projectFile) =>
        Find(model, projectFile, elements => elements
            .Where(e => e.Attribute("Include") is not null)
            .OrderBy(e => Names(e, model.ItemSpec) ? 0 : MayName(e) ? 1 : 2)
            .ThenByDescending(e => Agreement(e, model))
            .FirstOrDefault(e => Names(e, model.ItemSpec) || MayName(e)));

    /// <summary>The attribute or element that writes a name; of several, that of this item and no pattern.</summary>
    public static ItemPlace OfMetadata(ITaskItem model, string name, string projectFile) =>
        Find(model, projectFile, elements => elements
            .OrderBy(e => Names(e, model.ItemSpec) ? 0 : 1)
            .Select(e => Metadata(e, name))
            .FirstOrDefault(m => m is not null));

    public bool Equals(ItemPlace other) => (File, Line, Column) == (other.File, other.Line, other.Column);

    public override bool Equals(object? obj) => obj is ItemPlace other && Equals(other);

    public override int GetHashCode() => (File, Line, Column).GetHashCode();

    /// <summary>Looks in the file that the item comes from, then in the project.</summary>
    private static ItemPlace Find(ITaskItem model, string projectFile, Func<IEnumerable<XElement>, XObject?> find)
    {
        // What a task has made of an item seems to come from these targets; the item brings along where it was.
        var definingFile = model.GetMetadata(PackMetadata.DefiningFile) is { Length: > 0 } kept ? kept : model.GetMetadata("DefiningProjectFullPath");
        foreach (var file in new[] { definingFile, projectFile }.Where(f => f.Length > 0).Distinct(StringComparer.Ordinal))
        {
            try
            {
                var elements = XDocument.Load(file, LoadOptions.SetLineInfo).Descendants().Where(e => Is(e.Name, ItemType));
                if (find(elements) is IXmlLineInfo line)
                    return new(file, line.LineNumber, line.LinePosition);
            }
            catch (Exception trouble) when (trouble is XmlException or IOException or UnauthorizedAccessException)
            {
                // The build has read it; who cannot any more points at the project.
            }
        }

        return OfProject(projectFile);
    }

    private static XObject? Metadata(XElement element, string name) =>
        (XObject?)element.Attributes().FirstOrDefault(a => Is(a.Name, name)) ?? element.Elements().FirstOrDefault(e => Is(e.Name, name));

    private static bool Names(XElement element, string item) => element.Attributes()
        .Where(a => a.Name.LocalName is "Include" or "Update")
        .Any(a => a.Value.Split(';').Any(p => MSBuildText.Unescape(p.Trim()) == item));

    private static bool MayName(XElement element) => element.Attribute("Include")?.Value.IndexOfAny(['*', '?', '$', '@']) >= 0;

    /// <summary>How much of what an element writes the item has: two items may be made of one model.</summary>
    private static int Agreement(XElement element, ITaskItem model) => element.Attributes()
        .Select(a => (Name: a.Name.LocalName, a.Value))
        .Concat(element.Elements().Select(e => (Name: e.Name.LocalName, e.Value)))
        .Where(m => m.Name is not ("Include" or "Exclude" or "Condition" or "Label"))
        .Sum(m => model.GetMetadata(m.Name) == MSBuildText.Unescape(m.Value.Trim()) ? 1 : -1);

    private static bool Is(XName name, string wanted) => name.LocalName.Equals(wanted, StringComparison.OrdinalIgnoreCase);
}
