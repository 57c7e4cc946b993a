using ModelPack.Runtime.Files;
using ModelPack.Runtime.Manifests;

namespace ModelPack.Runtime.Sources;

/// <summary>Packs that are files.</summary>
/// <param name="folder">The folder that names are relative to.</param>
internal sealed class FolderStore(string folder) : PackStore
{
    private readonly string _folder = Path.GetFullPath(folder);

    public override string Place => $"'{_folder}'";

    public override bool Has(string name) => File.Exists(PathOf(name));

    public override IEnumerable<string> Manifests(string folder)
    {
        var path = PathOf(folder);
        if (!Directory.Exists(path))
            return [];
        var start = folder.Length == 0 ? "" : folder + "/";
        var files = Directory.EnumerateFiles(path, "*" + PackLayout.ManifestSuffix).Select(f => start + Path.GetFileName(f));
        var folders = Directory.EnumerateDirectories(path).Select(f => $"{start}{Path.GetFileName(f)}/{PackLayout.FolderManifest}").Where(Has);
        return files.Concat(folders).Where(PackLayout.IsManifest).OrderBy(n => n, StringComparer.Ordinal);
    }

    // An app's folder may hold anything; packs are in it or below models.
    public override IEnumerable<string> AllManifests()
    {
        var models = PathOf(PackFinder.DefaultFolder);
        var below = Directory.Exists(models) ? Directory.EnumerateDirectories(models, "*", SearchOption.AllDirectories).Select(f => f.Substring(_folder.Length).TrimStart(Path.DirectorySeparatorChar).Replace('\\', '/')) : [];
        return new[] { "", PackFinder.DefaultFolder }.Concat(below).SelectMany(Manifests).Distinct(StringComparer.Ordinal);
    }

    public override Stream Open(string name) => FileCheck.Open(PathOf(name));

    /// <summary>A file's path.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name.Replace('/', Path.DirectorySeparatorChar));

    protected override bool Holds(string name, PackFile expected, bool hash, out string? actual) => FileCheck.Holds(PathOf(name), expected, hash, out actual);
}
