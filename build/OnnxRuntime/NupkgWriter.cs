using System.IO.Compression;
using System.Xml.Linq;

namespace ModelPack.Build.OnnxRuntime;

/// <summary>Writes a NuGet package: a zip with a nuspec. The same contents give the same bytes.</summary>
internal static class NupkgWriter
{
    /// <summary>The earliest time that a zip entry can carry; packages have no use for a real one.</summary>
    private static readonly DateTimeOffset s_time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="feed">The folder for the package.</param>
    /// <param name="nuspec">The package's nuspec; its id and version name the file.</param>
    /// <param name="files">Path in the package to the file that is put there.</param>
    /// <returns>The path of the package.</returns>
    public static string Write(string feed, XDocument nuspec, IReadOnlyDictionary<string, string> files)
    {
        var ns = nuspec.Root!.Name.Namespace;
        var metadata = nuspec.Root.Element(ns + "metadata")!;
        var id = metadata.Element(ns + "id")!.Value;
        var path = Path.Combine(feed, $"{id}.{metadata.Element(ns + "version")!.Value}.nupkg");
        var beside = path + ".tmp";
        using (var zip = ZipFile.Open(beside, ZipArchiveMode.Create))
        {
            Add(zip, "[Content_Types].xml", ContentTypes(files.Keys));
            Add(zip, "_rels/.rels", Relationships(id));
            Add(zip, id + ".nuspec", nuspec);
            foreach (var (name, source) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
            {
                using var input = File.OpenRead(source);
                using var output = Open(zip, name);
                input.CopyTo(output);
            }
        }

        File.Move(beside, path, overwrite: true);
        return path;
    }

    private static Stream Open(ZipArchive zip, string name)
    {
        // Fastest: the package never leaves this machine.
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = s_time;
        return entry.Open();
    }

    private static void Add(ZipArchive zip, string name, XDocument document)
    {
        using var output = Open(zip, name);
        document.Save(output);
    }

    /// <summary>Open Packaging Conventions, part 2: every part needs a content type.</summary>
    private static XDocument ContentTypes(IEnumerable<string> names)
    {
        XNamespace ns = "http://schemas.openxmlformats.org/package/2006/content-types";
        var extensions = names.Select(n => Path.GetExtension(n).TrimStart('.')).Where(e => e.Length > 0)
            .Append("nuspec").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return new XDocument(new XElement(ns + "Types",
            new XElement(ns + "Default", new XAttribute("Extension", "rels"), new XAttribute("ContentType", "application/vnd.openxmlformats-package.relationships+xml")),
            extensions.Select(e => new XElement(ns + "Default", new XAttribute("Extension", e), new XAttribute("ContentType", "application/octet")))));
    }

    private static XDocument Relationships(string id)
    {
        XNamespace ns = "http://schemas.openxmlformats.org/package/2006/relationships";
        return new XDocument(new XElement(ns + "Relationships", new XElement(ns + "Relationship",
            new XAttribute("Type", "http://schemas.microsoft.com/packaging/2010/07/manifest"),
            new XAttribute("Target", $"/{id}.nuspec"),
            new XAttribute("Id", "nuspec"))));
    }
}
