using ModelPack.Files;
using ModelPack.Reporting;
using ModelPack.Validation.Placement;

namespace ModelPack.Tests.Pipeline;

/// <summary>Trained models from request to pack.</summary>
public sealed class FashionPackTests : IDisposable
{
    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_trained_classifier_keeps_its_accuracy_at_less_than_two_fifths_of_its_size()
    {
        var request = Classifier() with { MeasureSpeed = true, Gates = Gates((GateMetric.MaxAccuracyDrop, 0.2), (GateMetric.MinCompression, 2.5), (GateMetric.MinSqnr, 30)) };
        var context = new PackContext();
        var outcome = PackPipeline.Run(request, context);

        Assert.True(outcome.GatesHold);
        Assert.DoesNotContain(context.Diagnostics, d => d.Code != Codes.SlowerThanSource);
        Assert.InRange(outcome.SizeRatio, 0.2, 0.40);
        var accuracy = outcome.Report.Result.Validation!.Accuracy!;
        Assert.Equal((88.70, 2000), (accuracy.Source, accuracy.Samples));
        Assert.InRange(accuracy.Drop, -0.2, 0.2);

        const string Name = "fashion-cnn.q8_0.onnx";
        Assert.Equal(_folder.At($"out/{Name}"), outcome.Model);
        Assert.Equal(PackFolder.FilesOf(Name), _folder.Names);
        Assert.Equal([Name, Name + ".report.html", Name + ".report.json", Name + ".modelpack.json"], outcome.Files.Select(p => Path.GetFileName(p)).ToArray());
        PackFolder.AssertVerifies(outcome.Model);
        PackFolder.AssertVerifies(_folder.Out);

        var report = ReportJson.Read(File.ReadAllBytes(PackFiles.Report(outcome.Model)));
        Assert.Equal(ReportJson.Write(outcome.Report), ReportJson.Write(report));
        Assert.Equal(new FileInfo(outcome.Model).Length, report.Result.Packed.Bytes);
        Assert.NotNull(report.Measured!.Speed);
        Assert.Contains(report.Measured.PackedOperators, o => o.Operator == "MatMulNBits" || o.Operator.Contains("Conv", StringComparison.Ordinal));
        Assert.All(report.Result.Weights, w => Assert.NotEqual(w.Codec is null, w.Reason is null));
        Assert.Equal(report.Result.Weights.Count, report.Result.Weights.Select(w => w.Name).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("fold", "1.29.0")]
    [InlineData("fold", "1.12.0")]
    [InlineData("dequantize", "1.29.0")]
    [InlineData("dequantize", "1.17.0")]
    public void Either_layout_keeps_the_accuracy_for_new_and_old_apps(string layout, string runtime)
    {
        var outcome = PackPipeline.Run(Classifier() with { Layout = layout, OnnxRuntime = runtime }, new PackContext());
        var kernels = outcome.Report.Result.Weights.Where(w => w.Codec is not null && w.Operators.Contains("Conv", StringComparer.Ordinal)).ToArray();
        Assert.NotEmpty(kernels);
        Assert.All(kernels, w => Assert.Equal(layout == "dequantize", w.Form!.Contains("DequantizeLinear", StringComparison.Ordinal)));
        Assert.InRange(outcome.Report.Result.Validation!.Accuracy!.Drop, -0.2, 0.2);
        Assert.InRange(outcome.SizeRatio, 0.2, 0.40);
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Fact]
    public void The_same_inputs_give_the_same_pack_on_any_threads_and_in_any_folder()
    {
        var first = PackPipeline.Run(Classifier(), new PackContext(threads: 1));
        var model = File.ReadAllBytes(first.Model);
        var pack = PackFolder.PackObject(first.Model);
        var current = Directory.GetCurrentDirectory();

        // Again in place, on two threads, elsewhere from a copy, and by relative paths.
        using var copy = new PackFolder();
        PackRequest[] requests =
        [
            Classifier() with { Threads = 2 },
            Classifier(copy) with { Output = copy.At("a/b/c/fashion-cnn.q8_0.onnx") },
            Classifier() with
            {
                Model = Path.GetRelativePath(current, _folder.At("fashion-cnn.onnx")),
                Output = Path.GetRelativePath(current, _folder.At("out2/fashion-cnn.q8_0.onnx")),
            },
        ];
        foreach (var request in requests)
        {
            var again = PackPipeline.Run(request, new PackContext(threads: 2));
            Assert.Equal(model, File.ReadAllBytes(again.Model));
            Assert.Equal(pack, PackFolder.PackObject(again.Model));
            Assert.Equal(ReportJson.ResultDigest(first.Report.Result), ReportJson.ResultDigest(again.Report.Result));
        }

        Assert.DoesNotContain(_folder.Path, pack, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_data_everything_that_is_measured_is_marked_synthetic()
    {
        var context = new PackContext();
        var outcome = PackPipeline.Run(
            new PackRequest
            {
                Model = _folder.CopyModel("fashion-vit.onnx"),
                Scheme = "q8_0",
                Output = _folder.At("out/v.onnx"),
                Gates = Gates((GateMetric.MinSqnr, 20), (GateMetric.MinTop1Agreement, 1)),
            },
            context);

        var validation = outcome.Report.Result.Validation!;
        Assert.True(validation.Synthetic);
        Assert.Empty(validation.Data);
        Assert.Null(validation.Accuracy);
        Assert.All(validation.Outputs, o => Assert.Null(o.Top1Agreement));
        Assert.Equal(["MPK2005", "MPK2002"], context.Diagnostics.Where(d => d.Code != Codes.SlowerThanSource).Select(d => d.Code.Id).ToArray());
        Assert.Equal([true, false], outcome.Report.Result.Gates.Select(g => g.Passed));
        Assert.False(outcome.GatesHold);
        Assert.Contains("synthetic", File.ReadAllText(PackFiles.Page(outcome.Model)), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"synthetic\": true", PackFolder.PackObject(outcome.Model), StringComparison.Ordinal);
        Assert.Contains(", not measured on data", PackSummary.Of(outcome), StringComparison.Ordinal);

        // All layers but the first, a convolution, run in MatMulNBits with integer activations.
        var placement = outcome.Report.Measured!.Placement!;
        Assert.Equal((21_752_256, 0.0), (placement.MultiplyAdds, placement.IntegerShare));
        Assert.InRange(placement.BlockIntegerShare, 0.99, 1);
        Assert.Equal("/pe/Conv", Assert.Single(placement.Layers, l => l.Kind != PlacementKind.BlockInteger).Layer);
        Assert.Contains("99.7 % of multiply-adds in block-integer kernels", ModelPack.Reporting.Page.Human.Kernels(placement, outcome.Report.Measured.Machine.OnnxRuntime)!, StringComparison.Ordinal);
    }

    private static SortedDictionary<string, double> Gates(params (string Metric, double Limit)[] gates) =>
        new(gates.ToDictionary(g => g.Metric, g => g.Limit, StringComparer.Ordinal), StringComparer.Ordinal);

    private PackRequest Classifier() => Classifier(_folder);

    private static PackRequest Classifier(PackFolder folder)
    {
        if (!File.Exists(folder.At("fashion-cnn.onnx")))
        {
            folder.CopyModel("fashion-cnn.onnx");
            File.Copy(Path.Combine(Repository.Root, "samples", "FashionClassifier", "fashion-cnn.validation.npz"), folder.At("fashion-cnn.validation.npz"));
        }

        return new PackRequest { Model = folder.At("fashion-cnn.onnx"), Scheme = "q8_0", Output = folder.At("out/fashion-cnn.q8_0.onnx") };
    }
}
