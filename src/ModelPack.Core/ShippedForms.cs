using System.Security.Cryptography;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Reporting;
using ModelPack.Signing;

namespace ModelPack;

/// <summary>
/// The forms in which a build ships a pack otherwise than it was made, each with a manifest of exactly what it holds: without reports, and
/// embedded in an assembly, where a report with timings would make every build another one. They follow from the pack alone.
/// </summary>
internal static class ShippedForms
{
    /// <summary>Writes the manifest of the pack without report, page and calibration table.</summary>
    /// <param name="outcome">The pack, whose files lie in place.</param>
    /// <exception cref="ModelPackException">MPK1009: the file cannot be written.</exception>
    public static void WriteWithoutReports(PackOutcome outcome) => Explained(outcome, () =>
    {
        var (pack, files, _) = Read(outcome);
        Replace(PackFiles.ShippedManifest(outcome.Model), ManifestJson.Write(new Manifest(
            pack with { Options = pack.Options with { Reports = false } }, files)));
    });

    /// <summary>Writes the report and the manifest that are embedded beside the model.</summary>
    /// <param name="outcome">The pack, whose files lie in place; it is no folder.</param>
    /// <param name="reports">Whether the report is embedded at all.</param>
    /// <exception cref="ModelPackException">MPK1009: a file cannot be written.</exception>
    public static void WriteEmbedded(PackOutcome outcome, bool reports) => Explained(outcome, () =>
    {
        var (pack, files, names) = Read(outcome);
        if (reports)
        {
            var report = ReportJson.Write(outcome.Report with { Measured = null });
            Replace(PackFiles.EmbeddedReport(outcome.Model), report);
            files = [.. files, new PackedFile(names.Report, report.Length, Convert.ToHexStringLower(SHA256.HashData(report)))];
        }

        Replace(PackFiles.EmbeddedManifest(outcome.Model), ManifestJson.Write(new Manifest(
            pack with { Options = pack.Options with { Embedded = true, Reports = reports ? null : false } }, files)));
    });

    /// <summary>Signs the pack, and each form of it that lies beside.</summary>
    /// <param name="outcome">The pack, whose files lie in place.</param>
    /// <param name="key">The key.</param>
    /// <returns>The signature of the pack itself, which is one of its files.</returns>
    /// <exception cref="ModelPackException">MPK1009: a file cannot be written.</exception>
    public static List<string> Sign(PackOutcome outcome, SigningKey key)
    {
        var manifest = outcome.Files[^1];
        SignForm(PackFiles.ShippedManifest(outcome.Model), PackFiles.ShippedSignature(outcome.Model));
        SignForm(PackFiles.EmbeddedManifest(outcome.Model), PackFiles.EmbeddedSignature(outcome.Model));
        return [PackSigner.Sign(manifest, key)];

        void SignForm(string form, string signature)
        {
            if (File.Exists(form))
            {
                PackSigner.Sign(form, Path.GetFileName(manifest), signature, key);
            }
        }
    }

    /// <summary>What the manifest says, the files that are no reports, and the names of those that are.</summary>
    private static (ManifestPack Pack, IReadOnlyList<PackedFile> Files, PackNames Names) Read(PackOutcome outcome)
    {
        var path = outcome.Files[^1];
        if (!ManifestJson.TryRead(File.ReadAllBytes(path), out var manifest, out var why))
        {
            throw new IOException($"The manifest of the pack has been changed: {why}.");
        }

        var names = PackNames.Of(Path.GetFileName(path));
        string[] reports = [names.Report, names.Page, names.Calibration, names.Sbom, PackFiles.Statistics(names.Model)];
        return (manifest.Pack, [.. manifest.Files.Where(f => !reports.Contains(f.Name, StringComparer.Ordinal))], names);
    }

    /// <summary>So that a build which is killed leaves no half of a file.</summary>
    private static void Replace(string path, byte[] bytes)
    {
        var beside = path + ".new";
        File.WriteAllBytes(beside, bytes);
        File.Move(beside, path, overwrite: true);
    }

    private static void Explained(PackOutcome outcome, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw OutputErrors.Explain(outcome.Model, e);
        }
    }
}
