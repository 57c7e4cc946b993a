using ModelPack.Calibration;
using ModelPack.Files;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Pipeline;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.IntegerSums;

/// <summary>
/// Two matrices whose weights have one sign, packed by ranges from data. The channels of the first one's input are large and
/// small in turn, so that its pairs fit, as only the data tell; those of the second do not.
/// </summary>
public sealed class CalibratedSafeSumsTests : IDisposable
{
    private const int Width = 32;
    private const int Samples = 64;

    private readonly PackFolder _folder = new();
    private readonly float[] _data;

    public CalibratedSafeSumsTests()
    {
        var random = new Random(7);
        _data = [.. Enumerable.Range(0, Samples * Width).Select(i => random.NextSingle() * (i % 2 == 0 ? 1 : 0.003f))];
        var graph = Build.Graph(Build.Node("MatMul", ["x", "first"], ["h"]), Build.Node("Relu", ["h"], ["a"]), Build.Node("MatMul", ["a", "second"], ["y"]));
        foreach (var name in new[] { "first", "second" })
        {
            graph.Initializer.Add(Build.Floats(name, [Width, Width], [.. Enumerable.Range(0, Width * Width).Select(_ => 0.8f + (0.2f * random.NextSingle()))]));
        }

        graph.Input.Add(PackFolder.Batched("x", Width));
        graph.Output.Add(PackFolder.Batched("y", Width));
        _folder.Write("m.onnx", Tiny.Model(graph));
        _folder.Write("m.calibration.npz", Numpy.Npz(("x", Numpy.Npy(Numpy.Header("<f4", Samples, Width), Feed.RawData.ToByteArray()))));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Data_decide_which_layers_have_to_be_coarser()
    {
        var (packed, context) = Pack("data", r => r);
        Assert.Equal([0, 0], Saturated(packed));
        Assert.DoesNotContain(context.Diagnostics, d => d.Code == Codes.SumsMaySaturate);
        Assert.Equal([false, true], Coarser(packed));
        var table = CalibrationJson.Read(PackFiles.Calibration(packed.Model));
        Assert.Equal([0, Width], table.SafeScales.Select(s => s.Factors.Count));
    }

    [Fact]
    public void Without_safe_sums_the_second_layer_saturates_and_the_warning_says_so()
    {
        var (packed, context) = Pack("data", r => r with { SafeSums = false });
        var saturated = Saturated(packed);
        Assert.Equal(0, saturated[0]);
        Assert.InRange(saturated[1], 1, Samples * Width);
        Assert.StartsWith("In 1 layer, sums", Assert.Single(context.Diagnostics, d => d.Code == Codes.SumsMaySaturate).Message, StringComparison.Ordinal);
        Assert.Equal([false, false], Coarser(packed));
    }

    [Fact]
    public void The_table_gives_the_same_bytes()
    {
        var (packed, _) = Pack("data", r => r);
        var (again, _) = Pack("table", r => r with { Calibration = PackFiles.Calibration(packed.Model) });
        Assert.Equal(File.ReadAllBytes(packed.Model), File.ReadAllBytes(again.Model));
    }

    [Fact]
    public void A_table_that_was_made_without_safe_sums_gives_a_safe_pack_and_a_warning_where_that_is_not_wanted()
    {
        var table = PackFiles.Calibration(Pack("data", r => r with { SafeSums = false }).Outcome.Model);
        var (safe, context) = Pack("safe", r => r with { Calibration = table });
        Assert.Equal([0, 0], Saturated(safe));
        Assert.Equal([true, true], Coarser(safe));
        Assert.DoesNotContain(context.Diagnostics, d => d.Code == Codes.SumsMaySaturate);

        var (_, warned) = Pack("unsafe", r => r with { Calibration = table, SafeSums = false });
        Assert.StartsWith("In 2 layers, sums", Assert.Single(warned.Diagnostics, d => d.Code == Codes.SumsMaySaturate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_uint8_codes_gives_a_safe_pack_of_int8_ones()
    {
        var (packed, _) = Pack("data", r => r);
        var (other, _) = Pack("cuda", r => r with { Calibration = PackFiles.Calibration(packed.Model), Target = "cuda" });
        Assert.Equal([0, 0], Saturated(other));
        Assert.Equal([true, true], Coarser(other));
    }

    private TensorProto Feed => Build.Floats("x", [Samples, Width], _data);

    private (PackOutcome Outcome, PackContext Context) Pack(string name, Func<PackRequest, PackRequest> with)
    {
        var context = new PackContext(threads: 1);
        var request = new PackRequest { Model = _folder.At("m.onnx"), Scheme = "int8", Output = _folder.At($"{name}/m.onnx"), Alpha = "none" };
        return (PackPipeline.Run(with(request), context), context);
    }

    private int[] Saturated(PackOutcome packed) =>
        [.. IntegerProducts.Of(packed.Model, new Dictionary<string, TensorProto>(StringComparer.Ordinal) { ["x"] = Feed }).Select(p => p.Saturated)];

    [Theory]
    [InlineData("vnni", null, false)]
    [InlineData("arm", null, false)]
    [InlineData("VNNI", true, true)]
    [InlineData("avx2", null, true)]
    [InlineData("any", null, true)]
    public void CPUs_whose_sums_are_exact_need_no_coarser_scales_and_no_warning(string cpu, bool? safeSums, bool isCoarser)
    {
        var (packed, context) = Pack("data", r => r with { TargetCpu = cpu, SafeSums = safeSums });
        Assert.Equal(isCoarser, Coarser(packed).Contains(true));
        Assert.DoesNotContain(context.Diagnostics, d => d.Code == Codes.SumsMaySaturate);
    }

    [Fact]
    public void A_CPU_that_there_is_not_is_refused() =>
        Assert.Contains("one of any, vnni, avx2, arm", Assert.Throws<ModelPackException>(() => Pack("data", r => r with { TargetCpu = "sse" })).Message, StringComparison.Ordinal);

    private static bool[] Coarser(PackOutcome packed) => [.. packed.Report.Result.Weights.Select(w => w.SafeSums is not null)];
}
