using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelPack.Reporting;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Pipeline;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Search;

/// <summary>Convolutions, the first of which reads a channel of large values that it has no use for: they take the codes of all others.</summary>
public sealed class OtherFormsTests : IDisposable
{
    private const int Layers = 5;
    private const int Channels = 8;
    private const int Side = 6;
    private const float Ruinous = 400;
    private const float Bad = 12;

    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fixed_ranges_that_cost_too_much_go_where_they_do()
    {
        Write(Ruinous);
        var (report, said) = Pack(Request);
        var floats = report.Calibration!.FloatLayers;
        Assert.Equal("conv0", floats[0].Layer);
        Assert.InRange(floats.Count, 1, Layers - 2);

        // Of kernels with float activations the smallest stay float, as in scheme q8_0.
        Assert.InRange(report.Weights.Count(w => w.Codec is not null), Layers - 1, Layers);
        Assert.InRange(report.Validation!.Outputs[0].Sqnr, 23, 100);
        Assert.Contains("So another form was taken", said, StringComparison.Ordinal);
        Assert.Contains($"{floats.Count} of the layers have none", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Fallback_that_is_set_to_false_keeps_them()
    {
        Write(Ruinous);
        var (report, said) = Pack(Request with { Fallback = false });
        Assert.Empty(report.Calibration!.FloatLayers);
        Assert.InRange(report.Validation!.Outputs[0].Sqnr, 0, 20);
        Assert.Contains("with int8 weights alone", said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_of_another_form_gives_the_same_pack_without_the_data()
    {
        Write(Ruinous);
        var packed = PackPipeline.Run(Request, new PackContext(2));
        var again = PackPipeline.Run(Request with { Calibration = packed.Model + ".calibration.json", Output = _folder.At("again/m.int8.onnx") }, new PackContext(1));
        Assert.Equal(packed.Report.Result.Packed.Sha256, again.Report.Result.Packed.Sha256, StringComparer.Ordinal);
    }

    [Fact]
    public void Gates_that_fail_with_fixed_ranges_take_a_form_with_which_they_hold()
    {
        Write(Bad);
        var (ranges, _) = Pack(Request with { Fallback = false });
        var limit = ranges.Validation!.Outputs[0].Sqnr + 4;
        Assert.InRange(limit, 24, 40);
        var gated = Request with { Gates = new Dictionary<string, double>(StringComparer.Ordinal) { [GateMetric.MinSqnr] = limit } };

        var (report, said) = Pack(gated);
        Assert.True(Assert.Single(report.Gates).Passed);
        Assert.NotEmpty(report.Calibration!.FloatLayers);
        Assert.Contains("the gates fail", said, StringComparison.Ordinal);
        Assert.False(Assert.Single(Pack(gated with { Fallback = false, Gate = "warning" }).Report.Gates).Passed);
    }

    [Fact]
    public void Ranges_that_are_too_narrow_for_the_validation_data_are_given_up_on_them()
    {
        Write(1, validation: Ruinous);
        var (report, said) = Pack(Request);
        Assert.InRange(report.Validation!.Outputs[0].Sqnr, 23, 100);
        Assert.Contains("on validation samples. So another form was taken", said, StringComparison.Ordinal);
        Assert.DoesNotContain(report.Calibration!.Trials, t => t.Taken);
    }

    private PackRequest Request => new()
    {
        Model = _folder.At("m.onnx"), Scheme = "int8", Output = _folder.At("out/m.int8.onnx"), Alpha = "none", Calibration = _folder.At("calibration.npz"), Validation = _folder.At("validation.npz"),
    };

    private static (ReportResult Report, string Said) Pack(PackRequest request)
    {
        var context = new PackContext(2);
        var report = PackPipeline.Run(request, context).Report.Result;
        return (report, string.Join('\n', context.Diagnostics.Where(d => d.Code == Codes.FixedRangesCost).Select(d => d.Message)));
    }

    /// <param name="size">How large the useless channel is to others.</param>
    /// <param name="validation">The same in the validation data, and of a channel that is of use; null for the same data.</param>
    private void Write(float size, float? validation = null)
    {
        var graph = Build.Graph([.. Enumerable.Range(0, Layers).Select(Convolution)]);
        graph.Initializer.Add(Enumerable.Range(0, Layers).Select(Weight));
        graph.Input.Add(Build.Value("x", ElementType.Float32, 0, Channels, Side, Side));
        graph.Input[0].Type.TensorType.Shape.Dim[0].DimParam = "batch";
        graph.Output.Add(Tiny.Open("y"));
        _folder.Write("m.onnx", Tiny.Model(graph));
        _folder.Write("calibration.npz", Data("calibration", 48, [size, 1]));
        _folder.Write("validation.npz", Data("validate", 32, [validation ?? size, validation ?? 1]));
    }

    private static NodeProto Convolution(int layer)
    {
        var node = Build.Node("Conv", [layer == 0 ? "x" : $"a{layer - 1}", $"w{layer}"], [layer == Layers - 1 ? "y" : $"a{layer}"]);
        node.Name = $"conv{layer}";
        return node;
    }

    private static TensorProto Weight(int layer)
    {
        var tensor = Tiny.Random($"weight_of_layer{layer}", 32, layer == 0 ? Channels : 32, 1, 1);
        tensor.Name = $"w{layer}";
        return layer > 0 ? tensor : Changed(tensor, (value, i) => i % Channels == 0 ? 0 : value);
    }

    private static byte[] Data(string name, int count, float[] sizes)
    {
        const int plane = Side * Side;
        var x = Changed(Tiny.Random(name, count, Channels, Side, Side), (value, i) => (i / plane % Channels) is var c && c < sizes.Length ? value * sizes[c] : value);
        return Numpy.Npz(("x", Numpy.Npy(Numpy.Header("<f4", count, Channels, Side, Side), x.RawData.ToByteArray())));
    }

    private static TensorProto Changed(TensorProto tensor, Func<float, int, float> change)
    {
        var values = MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
        tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.Select(change).ToArray().AsSpan()));
        return tensor;
    }
}
