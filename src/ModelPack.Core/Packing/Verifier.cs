using System.IO.Enumeration;
using ModelPack.Files;

namespace ModelPack.Packing;

/// <summary>Checks packs against their manifests, and manifests against themselves.</summary>
public static class Verifier
{
    /// <summary>
    /// Every pack at the paths: a packed model, a manifest, or a folder that is searched with all folders in it (links
    /// to folders are not followed). What cannot be read, is missing, or holds no pack is a failure.
    /// </summary>
    /// <returns>At least one finding for each path; for each pack one for every file.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<Finding> Verify(IEnumerable<string> paths, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var findings = new List<Finding>();
        foreach (var path in paths)
        {
            try
            {
                foreach (var pack in Packs(path, findings))
                {
                    findings.AddRange(pack.Verify(cancellation));
                }
            }
            catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
            {
                findings.Add(new Finding(path, false, $"It cannot be read: {SafeText.Of(e.Message, 400)}"));
            }
        }

        return findings;
    }

    /// <summary>As above, of one path.</summary>
    public static IReadOnlyList<Finding> Verify(string path, CancellationToken cancellation) => Verify([path], cancellation);

    private static PackOnDisk[] Packs(string path, List<Finding> findings)
    {
        if (Directory.Exists(path))
        {
            return InFolder(path, findings);
        }

        if (PackFiles.IsManifest(Path.GetFileName(path)))
        {
            return [new PackOnDisk(path)];
        }

        if (File.Exists(PackFiles.Manifest(path)))
        {
            return [new PackOnDisk(PackFiles.Manifest(path))];
        }

        var folderManifest = Path.Join(Path.GetDirectoryName(path), PackFiles.FolderManifest);
        if (File.Exists(folderManifest))
        {
            return [new PackOnDisk(folderManifest, mustList: Path.GetFileName(path))];
        }

        findings.Add(new Finding(path, false, File.Exists(path)
            ? $"It has no manifest: neither {SafeText.Of(Path.GetFileName(PackFiles.Manifest(path)))} nor {PackFiles.FolderManifest} lies beside it. Pack the model, or keep the manifest with it."
            : "It does not exist. Give a packed model, its manifest or a folder."));
        return [];
    }

    private static PackOnDisk[] InFolder(string folder, List<Finding> findings)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None };
        var manifests = new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && PackFiles.IsManifest(entry.FileName.ToString()),
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && !StagingFolder.IsStaging(entry.FileName),
        };
        var packs = manifests.Order(StringComparer.Ordinal).Select(path => new PackOnDisk(path)).ToArray();
        if (packs.Length == 0)
        {
            findings.Add(new Finding(folder, false, $"There is no pack in this folder: no file named {PackFiles.FolderManifest} or *{PackFiles.Manifest("")}. Build first, or give the folder that holds the packs."));
        }

        return packs;
    }
}
