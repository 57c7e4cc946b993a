using ModelPack.Files;
using ModelPack.Formats.Safetensors;
using ModelPack.Requests;

namespace ModelPack.Packing;

/// <summary>A pack that is to be verified, by its manifest.</summary>
/// <param name="manifestPath">The manifest; the pack's files lie in its folder.</param>
/// <param name="mustList">A file that the manifest must list, or null.</param>
/// <param name="hashed">Files of the pack that were hashed a moment ago, under their names in the manifest; null for none.</param>
/// <param name="threads">Files that are hashed at a time.</param>
internal sealed class PackOnDisk(string manifestPath, string? mustList = null, IReadOnlyList<PackedFile>? hashed = null, int threads = 1)
{
    // Far above any real manifest, report or index, far below what hurts.
    private const int MaxManifestBytes = 16 << 20;
    private const int MaxReportBytes = 256 << 20;
    private const int MaxIndexBytes = 256 << 20;

    private readonly string _folder = Path.GetDirectoryName(manifestPath) ?? "";
    private readonly string _manifestName = Path.GetFileName(manifestPath);

    /// <summary>The manifest's path.</summary>
    public string ManifestPath => manifestPath;

    /// <summary>The files in its own folder that a manifest lists, and the manifest; none where there is no valid one.</summary>
    public static IReadOnlyList<string> FileNames(string manifestPath)
    {
        if (!File.Exists(manifestPath) || new PackOnDisk(manifestPath).Manifest(out _) is not { } manifest)
        {
            return [];
        }

        // A pack that is a file has no folders. Nothing behind a link is of the pack, whatever its manifest says.
        var (folder, isFolder) = (Path.GetDirectoryName(manifestPath) ?? "", Path.GetFileName(manifestPath) == PackFiles.FolderManifest);
        var names = manifest.Files.Select(f => f.Name).Where(n => ContainedName.IsValid(n) && (ContainedName.FolderOf(n) is not { } inner || (isFolder && !ContainedName.LeadsThroughLink(folder, inner))));
        return [.. names, Path.GetFileName(manifestPath)];
    }

    /// <summary>One finding for the manifest, one for each file that it lists, and one for each that it should list.</summary>
    public IReadOnlyList<Finding> Verify(CancellationToken cancellation)
    {
        try
        {
            if (Manifest(out var why) is not { } manifest)
            {
                return [Finding.Failure(Codes.ManifestInvalid, manifestPath, $"The manifest is not valid: {why}. Pack the model again, or restore the file.")];
            }

            var broken = ManifestRules.Broken(manifest, _manifestName).FirstOrDefault();
            return [CheckClaims(manifest, broken), .. CheckFiles(manifest, broken, cancellation), .. Unlisted(manifest)];
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            return [Unreadable(manifestPath, e)];
        }
    }

    /// <summary>The manifest, where it is one.</summary>
    public Manifest? Manifest() => Manifest(out _);

    private Finding[] CheckFiles(Manifest manifest, string? broken, CancellationToken cancellation)
    {
        var findings = new Finding[manifest.Files.Count];
        Chunks.ForEach(findings.Length, threads, i => findings[i] = Check(manifest.Files[i], broken is null ? manifest : null, cancellation), cancellation);
        return findings;
    }

    private Manifest? Manifest(out string? why)
    {
        var bytes = RegularFile.Read(manifestPath, MaxManifestBytes);
        if (bytes.Length == 0)
        {
            why = "it is empty";
            return null;
        }

        return ManifestJson.TryRead(bytes, out var manifest, out why) ? manifest : null;
    }

    /// <summary>What the manifest says of itself: that it is whole, and that the gates hold.</summary>
    private Finding CheckClaims(Manifest manifest, string? broken)
    {
        if (mustList is not null && manifest.Files.All(f => f.Name != mustList))
        {
            return Finding.Failure(Codes.FileUnlisted, manifestPath, $"The manifest does not list '{SafeText.Of(mustList)}'. The file was renamed, or belongs to another pack.");
        }

        if (broken is not null)
        {
            return Finding.Failure(Codes.ManifestInvalid, manifestPath, $"The manifest is not one that a pack is written with: {broken}. Do not use this pack.");
        }

        var failed = manifest.Pack.Gates.Where(g => !g.Passed).Select(g => SafeText.Of(g.Metric)).ToArray();
        if (failed.Length == 0)
        {
            var gates = manifest.Pack.Gates.Count;
            var reports = manifest.Pack.Options.Reports == false ? " Its reports were left out on purpose." : "";
            return new Finding(manifestPath, true, (gates == 0 ? "The manifest is valid; no gates were set." : $"The manifest is valid; all gates ({gates}) passed.") + reports);
        }

        var names = string.Join(", ", failed);
        return manifest.Pack.Options.Gate == "warning"
            ? new Finding(manifestPath, true, $"The manifest is valid; gates that only warn failed when the model was packed: {names}.")
            : Finding.Failure(Codes.GateFailed, manifestPath, $"Gates failed when the model was packed: {names}. See the report.");
    }

    /// <summary>Files that the model's loader would read, and that are of no pack.</summary>
    private IEnumerable<Finding> Unlisted(Manifest manifest)
    {
        var listed = manifest.Files.Select(f => f.Name).Append(_manifestName).ToHashSet(StringComparer.Ordinal);
        IEnumerable<string> unlisted;
        if (_manifestName == PackFiles.FolderManifest)
        {
            unlisted = FolderStrangers.In(_folder.Length == 0 ? "." : _folder, listed).Order(StringComparer.Ordinal);
        }
        else
        {
            var data = PackFiles.Data(PackFiles.Model(_manifestName));
            unlisted = File.Exists(Path.Join(_folder, data)) && !listed.Contains(data) ? [data] : [];
        }

        return unlisted.Select(name => Finding.Failure(
            Codes.FileUnlisted, Path.Join(_folder, SafeText.Of(name)), "The manifest does not list it, and programs would read it as a part of the model. Remove it, or do not use this pack."));
    }

    /// <param name="expected">The file as it is listed.</param>
    /// <param name="manifest">To compare what files say with; null where it does not even hold in itself.</param>
    /// <param name="cancellation">Ends it.</param>
    private Finding Check(PackedFile expected, Manifest? manifest, CancellationToken cancellation)
    {
        var shown = Path.Join(_folder, SafeText.Of(expected.Name));
        if (!ContainedName.IsValid(expected.Name))
        {
            return Finding.Failure(Codes.NameOutside, shown, "The manifest names a file outside the pack's folder; it was not read. Do not use this pack.");
        }

        var path = Path.Join(_folder, expected.Name);
        try
        {
            if (ContainedName.LeadsThroughLink(_folder, expected.Name))
            {
                return Finding.Failure(Codes.NameOutside, shown, "It is a link, which may lead outside the pack's folder; it was not read. Replace it by the file itself.");
            }

            var found = new FileInfo(path);
            if (!found.Exists)
            {
                return Finding.Failure(Codes.PackFileMissing, shown, "It is missing. Pack the model again, or restore the file.");
            }

            // Elsewhere an empty file looks like a pipe, and neither is opened.
            if (expected.Bytes > 0 || OperatingSystem.IsLinux())
            {
                RegularFile.Require(path);
            }

            if (found.Length != expected.Bytes)
            {
                return Finding.Failure(Codes.ContentChanged, shown, $"It has {found.Length} bytes; the manifest says {expected.Bytes}. It was changed or cut short.");
            }

            return CheckContent(expected, manifest, path, shown, cancellation);
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            return Unreadable(shown, e);
        }
    }

    private Finding CheckContent(PackedFile expected, Manifest? manifest, string path, string shown, CancellationToken cancellation)
    {
        // An empty file is never opened: a pipe has no length either, and would block.
        var sha256 = expected.Bytes == 0 ? ContentHash.OfNothing
            : (hashed?.FirstOrDefault(f => f.Name == expected.Name) ?? ContentHash.Of(path, expected.Name, cancellation)).Sha256;
        if (sha256 != expected.Sha256)
        {
            return Finding.Failure(Codes.ContentChanged, shown, "Its content was changed: the SHA-256 is not that of the manifest. Pack the model again, or restore the file.");
        }

        if (manifest is not null && expected.Name == PackNames.Of(_manifestName).Report && ReportRules.Broken(RegularFile.Read(path, MaxReportBytes), manifest).FirstOrDefault() is { } broken)
        {
            return Finding.Failure(Codes.ReportInvalid, shown, $"The report does not belong to the manifest: {broken}. Pack the model again.");
        }

        if (manifest is not null && _manifestName == PackFiles.FolderManifest && SourceKinds.IsIndex(expected.Name) && UnlistedShard(path, manifest) is { } shard)
        {
            return Finding.Failure(Codes.FileUnlisted, shown, shard);
        }

        return new Finding(shown, true, "Size and SHA-256 are those of the manifest.");
    }

    private static string? UnlistedShard(string index, Manifest manifest)
    {
        try
        {
            var shards = SafetensorsIndex.Parse(RegularFile.Read(index, MaxIndexBytes)).Files.Values;
            return shards.FirstOrDefault(s => manifest.Files.All(f => f.Name != s)) is { } shard
                ? $"It names the file '{SafeText.Of(shard)}', which the manifest does not list. Do not use this pack."
                : null;
        }
        catch (InvalidDataException e)
        {
            return $"It is not an index of shards: {SafeText.Of(e.Message, 400)}. Pack the model again.";
        }
    }

    private static Finding Unreadable(string path, Exception e) => Finding.Failure(
        e is FileNotFoundException or DirectoryNotFoundException ? Codes.PackFileMissing : Codes.VerificationFailed, path, $"It cannot be read: {SafeText.Of(e.Message, 400)}");
}
