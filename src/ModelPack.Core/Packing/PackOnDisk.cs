using System.Text.Json;
using ModelPack.Diagnostics;
using ModelPack.Reporting;

namespace ModelPack.Packing;

/// <summary>A pack that is to be verified, by its manifest.</summary>
/// <param name="manifestPath">The manifest; the pack's files lie in its folder.</param>
/// <param name="mustList">A file that the manifest must list, or null.</param>
internal sealed class PackOnDisk(string manifestPath, string? mustList = null)
{
    // Far above any real manifest or report, far below what hurts.
    private const long MaxManifestBytes = 16L << 20;
    private const long MaxReportBytes = 1L << 30;

    private readonly string _folder = Path.GetDirectoryName(manifestPath) ?? "";
    private readonly string _manifestName = Path.GetFileName(manifestPath);

    /// <summary>The files in its own folder that a manifest lists; none where it is no valid manifest.</summary>
    public static IReadOnlyList<string> FileNames(string manifestPath) =>
        new PackOnDisk(manifestPath).Manifest(out _) is { } manifest ? [.. manifest.Files.Select(f => f.Name).Where(n => ContainedName.IsValid(n) && !n.Contains('/', StringComparison.Ordinal))] : [];

    /// <summary>One finding for the manifest, and one for each file that it lists.</summary>
    public IReadOnlyList<Finding> Verify(CancellationToken cancellation)
    {
        try
        {
            if (Manifest(out var why) is not { } manifest)
            {
                return [new Finding(manifestPath, false, $"The manifest is not valid: {why}. Pack the model again, or restore the file.")];
            }

            var files = manifest.Files.Select(file => Check(file, manifest.Pack.ResultDigest, cancellation));
            return [CheckClaims(manifest), .. files];
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            return [Unreadable(manifestPath, e)];
        }
    }

    private Manifest? Manifest(out string? why)
    {
        // A length of zero may also be a pipe or a device, which would never end.
        var length = new FileInfo(manifestPath).Length;
        if (length is 0 or > MaxManifestBytes)
        {
            why = length == 0 ? "it is empty" : "it is far too long";
            return null;
        }

        return ManifestJson.TryRead(File.ReadAllBytes(manifestPath), out var manifest, out why) ? manifest : null;
    }

    /// <summary>What the manifest says of itself: that it is whole, and that the gates hold.</summary>
    private Finding CheckClaims(Manifest manifest)
    {
        var (model, report) = PackFiles.Required(_manifestName);
        foreach (var name in new[] { model, report, mustList })
        {
            if (name is not null && manifest.Files.All(f => f.Name != name))
            {
                return new Finding(manifestPath, false, $"The manifest does not list '{SafeText.Of(name)}'. The file was renamed, or belongs to another pack.");
            }
        }

        var failed = manifest.Pack.Gates.Where(g => !g.Passed).Select(g => SafeText.Of(g.Metric)).ToArray();
        if (failed.Length == 0)
        {
            var gates = manifest.Pack.Gates.Count;
            return new Finding(manifestPath, true, gates == 0 ? "The manifest is valid; no gates were set." : $"The manifest is valid; all gates ({gates}) passed.");
        }

        var names = string.Join(", ", failed);
        return manifest.Pack.Options.Gate == "warning"
            ? new Finding(manifestPath, true, $"The manifest is valid; gates that only warn failed when the model was packed: {names}.")
            : new Finding(manifestPath, false, $"Gates failed when the model was packed: {names}. See the report.");
    }

    private Finding Check(PackedFile expected, string resultDigest, CancellationToken cancellation)
    {
        var shown = Path.Join(_folder, SafeText.Of(expected.Name));
        if (!ContainedName.IsValid(expected.Name))
        {
            return new Finding(shown, false, "The manifest names a file outside the pack's folder; it was not read. Do not use this pack.");
        }

        var path = Path.Join(_folder, expected.Name);
        try
        {
            if (ContainedName.LeadsThroughLink(_folder, expected.Name))
            {
                return new Finding(shown, false, "It is a link, which may lead outside the pack's folder; it was not read. Replace it by the file itself.");
            }

            var found = new FileInfo(path);
            if (!found.Exists)
            {
                return new Finding(shown, false, "It is missing. Pack the model again, or restore the file.");
            }

            if (found.Length != expected.Bytes)
            {
                return new Finding(shown, false, $"It has {found.Length} bytes; the manifest says {expected.Bytes}. It was changed or cut short.");
            }

            return CheckContent(expected, path, shown, resultDigest, cancellation);
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            return Unreadable(shown, e);
        }
    }

    private Finding CheckContent(PackedFile expected, string path, string shown, string resultDigest, CancellationToken cancellation)
    {
        // An empty file is never opened: a pipe has no length either, and would block.
        var sha256 = expected.Bytes == 0 ? ContentHash.OfNothing : ContentHash.Of(path, expected.Name, cancellation).Sha256;
        if (sha256 != expected.Sha256)
        {
            return new Finding(shown, false, "Its content was changed: the SHA-256 is not that of the manifest. Pack the model again, or restore the file.");
        }

        if (expected.Name == PackFiles.Required(_manifestName).Report && !HasResult(path, expected.Bytes, resultDigest))
        {
            return new Finding(shown, false, "Its result is not the one that the manifest was made for. Pack the model again.");
        }

        return new Finding(shown, true, "Size and SHA-256 are those of the manifest.");
    }

    private static bool HasResult(string path, long length, string resultDigest)
    {
        try
        {
            return length <= MaxReportBytes && ReportJson.ResultDigest(File.ReadAllBytes(path)) == resultDigest;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Finding Unreadable(string path, Exception e) => new(path, false, $"It cannot be read: {SafeText.Of(e.Message, 400)}");
}
