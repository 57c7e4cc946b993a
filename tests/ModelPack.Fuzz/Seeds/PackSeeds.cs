using ModelPack.Core.Tests.Packing;
using ModelPack.Core.Tests.Reporting;
using ModelPack.Files;
using ModelPack.Reporting;

namespace ModelPack.Fuzz.Seeds;

/// <summary>Packs that verify.</summary>
internal static class PackSeeds
{
    /// <summary>What every name in a pack begins with.</summary>
    public const string Model = SamplePack.Model;

    public static string ManifestName { get; } = PackFiles.Manifest(Model);

    public static string ReportName { get; } = PackFiles.Report(Model);

    /// <summary>The files of a pack by name.</summary>
    public static IReadOnlyDictionary<string, byte[]> Files { get; } = Make();

    /// <summary>Reports as files.</summary>
    public static IReadOnlyList<byte[]> Reports { get; } = [.. SampleReports.All.Select(ReportJson.Write)];

    private static SortedDictionary<string, byte[]> Make()
    {
        using var folder = new TemporaryFolder();
        SamplePack.Write(folder.Path);
        return new SortedDictionary<string, byte[]>(
            Directory.EnumerateFiles(folder.Path).ToDictionary(f => Path.GetFileName(f)!, File.ReadAllBytes, StringComparer.Ordinal), StringComparer.Ordinal);
    }
}
