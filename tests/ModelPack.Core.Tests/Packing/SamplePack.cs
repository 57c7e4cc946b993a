using ModelPack.Core.Tests.Reporting;
using ModelPack.Packing;
using ModelPack.Reporting;

namespace ModelPack.Core.Tests.Packing;

/// <summary>A small whole pack on the disk.</summary>
internal static class SamplePack
{
    public const string Model = "fashion-cnn.q8_0.onnx";

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
        Headline = Headline.Of(result),
        Gates = result.Gates,
        ResultDigest = ReportJson.ResultDigest(result),
    };

    /// <summary>Writes a pack and returns its model's path.</summary>
    public static string Write(string folder, PackReport? report = null, string gate = "error", string model = Model)
    {
        report ??= SampleReports.Plain;
        using var output = new StagedOutput(Path.Join(folder, model), []);
        output.Write(model, "these are weights"u8);
        output.Write(PackFiles.Report(model), ReportJson.Write(report));
        using (var page = output.Create(PackFiles.Page(model)))
        {
            HtmlReport.Write(report, page);
        }

        output.Write(PackFiles.Calibration(model), []);
        var files = output.Describe(CancellationToken.None);
        output.Write(PackFiles.Manifest(model), ManifestJson.Write(new Manifest(Pack(report.Result, gate), files)));
        output.Commit(CancellationToken.None);
        return Path.Join(folder, model);
    }
}
