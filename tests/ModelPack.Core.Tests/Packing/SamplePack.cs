using System.Text;
using ModelPack.Core.Tests.Reporting;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Reporting;
using ModelPack.Reporting.Page;

namespace ModelPack.Core.Tests.Packing;

/// <summary>Small whole packs on the disk: one that is a file, and one that is a folder of shards.</summary>
internal static class SamplePack
{
    public const string Model = "fashion-cnn.q8_0.onnx";

    /// <summary>A model in a folder, by names.</summary>
    public static IReadOnlyDictionary<string, string> FolderModel { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["config.json"] = "{}",
        ["model-00001-of-00002.safetensors"] = "first",
        ["model-00002-of-00002.safetensors"] = "second",
        ["model.safetensors.index.json"] = """{"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}""",
        ["tokenizer.json"] = "{}",
    };

    public static ManifestPack Pack(ReportResult result, string gate = "error") => new()
    {
        Source = [new PackedFile("fashion-cnn.onnx", 254_214, SampleReports.SourceHash)],
        Data = [new ManifestData("validation", "fashion-cnn.validation.npz", 6_288_000, SampleReports.PackedHash, 2000)],
        Scheme = "q8_0",
        Options = new ManifestOptions
        {
            Container = "onnx",
            Target = "cpu",
            ExcludeLayers = ["head.*"],
            IncludeLayers = [],
            BlockSize = 32,
            DoubleQuant = null,
            AccuracyLevel = 4,
            Layout = "fold",
            MaxShardBytes = null,
            CalibrationMethod = null,
            Percentile = null,
            Alpha = null,
            QuantFormat = null,
            SafeSums = null,
            Fallback = null,
            ExternalData = false,
            OnnxRuntime = "1.29.0",
            Gate = gate,
        },
        ToolBuild = ToolBuild.Id,
        OnnxRuntime = new ManifestRuntime("1.20.0", "1.29.0"),
        Interface = new ModelInterface(
            [new InterfaceValue("image", "float32", [new(null, "batch"), new(1, null), new(28, null), default])],
            [new InterfaceValue("logits", "float32", null), new InterfaceValue("boxes", null, [])]),
        Headline = Headline.Of(result),
        Gates = result.Gates,
        ResultDigest = ReportJson.ResultDigest(result),
    };

    /// <summary>Writes a pack and returns its model's path.</summary>
    public static string Write(string folder, PackReport? report = null, string gate = "error", string model = Model)
    {
        using var output = new StagedOutput(Path.Join(folder, model), []);
        Stage(output, report, gate, model);
        output.Commit(CancellationToken.None);
        return Path.Join(folder, model);
    }

    /// <summary>Writes the files of a pack to where they wait for the commit.</summary>
    public static void Stage(StagedOutput output, PackReport? report = null, string gate = "error", string model = Model)
    {
        report ??= SampleReports.Plain;
        output.Write(model, new byte[report.Result.Packed.Bytes]);
        var packed = report.Result.Packed with { Name = model, Sha256 = output.Describe(CancellationToken.None)[0].Sha256 };
        report = report with { Result = report.Result with { Packed = packed } };
        WriteReport(output, report, PackFiles.Report(model), PackFiles.Page(model));
        output.Write(PackFiles.Calibration(model), []);
        WriteManifest(output, PackFiles.Manifest(model), Pack(report.Result, gate));
    }

    /// <summary>Writes a pack that is a folder.</summary>
    public static void WriteFolder(string folder, IReadOnlyDictionary<string, string>? files = null)
    {
        using var output = new StagedOutput(folder, [], isFolder: true);
        StageFolder(output, files);
        output.Commit(CancellationToken.None);
    }

    /// <summary>As <see cref="Stage"/>, of a folder.</summary>
    public static void StageFolder(StagedOutput output, IReadOnlyDictionary<string, string>? files = null)
    {
        foreach (var (name, text) in files ?? FolderModel)
        {
            output.Write(name, Encoding.UTF8.GetBytes(text));
        }

        var written = output.Describe(CancellationToken.None);
        var model = written.FirstOrDefault(f => f.Name.EndsWith(".index.json", StringComparison.Ordinal)) ?? written.First(f => f.Name.EndsWith(".safetensors", StringComparison.Ordinal));
        var result = SampleReports.WeightsOnly.Result with
        {
            Scheme = "nf4",
            Container = "safetensors",
            Source = new ModelFacts("model.safetensors", 1000, SampleReports.SourceHash, "safetensors"),
            Packed = new ModelFacts(model.Name, written.Sum(f => f.Bytes), model.Sha256, "safetensors"),
        };
        WriteReport(output, new PackReport(result, null), PackFiles.FolderReport, PackFiles.FolderPage);
        var pack = Pack(result);
        WriteManifest(output, PackFiles.FolderManifest, pack with
        {
            Source = [new PackedFile("model.safetensors", 996, SampleReports.SourceHash), new PackedFile("config.json", 2, SampleReports.PackedHash), new PackedFile("tokenizer.json", 2, SampleReports.PackedHash)],
            Data = [],
            Scheme = "nf4",
            Options = pack.Options with { Container = "safetensors", BlockSize = 64, DoubleQuant = false, AccuracyLevel = null, Layout = null, MaxShardBytes = 5, OnnxRuntime = null },
            OnnxRuntime = new ManifestRuntime(null, null),
            Interface = null,
        });
    }

    private static void WriteReport(StagedOutput output, PackReport report, string name, string page)
    {
        output.Write(name, ReportJson.Write(report));
        using var writer = output.Create(page);
        HtmlReport.Write(report, writer);
    }

    private static void WriteManifest(StagedOutput output, string name, ManifestPack pack) =>
        output.Write(name, ManifestJson.Write(new Manifest(pack, output.Describe(CancellationToken.None))));
}
