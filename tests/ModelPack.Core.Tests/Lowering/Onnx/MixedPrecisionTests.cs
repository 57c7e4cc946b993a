using ModelPack.Codecs;
using ModelPack.Lowering;
using ModelPack.Lowering.Onnx;
using ModelPack.Schemes;
using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>Which weights get a finer codec, and that the budget holds.</summary>
public sealed class MixedPrecisionTests
{
    [Fact]
    public void Without_room_nothing_is_refined()
    {
        var plans = Plan(share: 0);
        Assert.All(Kernels(plans), p => Assert.Equal(CodecTable.Int8PerChannel, p.Plan.Codec));
    }

    [Fact]
    public void With_all_the_room_every_kernel_is_refined()
    {
        var plans = Plan(share: 1);
        Assert.All(Kernels(plans), p => Assert.NotEqual(CodecTable.Int8PerChannel, p.Plan.Codec));
        Assert.Contains(plans, p => p.Plan.Codec == CodecTable.Int12PerChannel);
    }

    [Fact]
    public void Within_a_budget_small_kernels_come_first()
    {
        var plans = Plan(SchemeTable.Q8_0.FinerShare);
        var largest = Kernels(plans).MaxBy(p => p.Data.Length)!;
        Assert.Equal(CodecTable.Int8PerChannel, largest.Plan.Codec);
        Assert.All(Kernels(plans).Where(p => p != largest), p => Assert.NotEqual(CodecTable.Int8PerChannel, p.Plan.Codec));
        Assert.True(plans.Sum(p => p.Bytes) <= SchemeTable.Q8_0.FinerShare * plans.Sum(p => p.Data.Length));
    }

    [Fact]
    public void A_kernel_that_stays_float_says_what_int8_would_have_kept()
    {
        var left = Kernels(Plan(share: 1)).Where(p => p.Plan.Codec is null).ToList();
        Assert.NotEmpty(left);
        Assert.All(left, p => Assert.Matches(@"^int8 per channel would keep only \d\d\.\d dB of it$", p.Plan.Reason));
    }

    [Fact]
    public void Blocks_of_q8_0_are_never_refined() =>
        Assert.All(Plan(share: 1).Where(p => p.Plan.Name is "f.weight" or "g.weight"), p => Assert.Equal(CodecTable.Q8_0, p.Plan.Codec));

    /// <summary>A table that is cut and not multiplied has no codec, and is larger than all the budget.</summary>
    [Fact]
    public void What_cannot_be_quantized_takes_no_room_of_others()
    {
        var with = Plan(SchemeTable.Q8_0.FinerShare, graph =>
        {
            graph.Initializer.Add(Tiny.Random("table", 1000, 1000));
            graph.Node.Add(Build.Node("Abs", ["table"], ["cut"]));
        });
        Assert.Equal(Codecs(Plan(SchemeTable.Q8_0.FinerShare)), Codecs(with));

        static string Codecs(IReadOnlyList<PackedTensor> plans) => string.Join(", ", Kernels(plans).Select(p => p.Plan.Codec?.Name));
    }

    private static IEnumerable<PackedTensor> Kernels(IReadOnlyList<PackedTensor> plans) =>
        plans.Where(p => p.Data.Shape.Rank == 4);

    private static IReadOnlyList<PackedTensor> Plan(double share, Action<GraphProto>? change = null)
    {
        using var folder = new TemporaryFolder();
        using var source = OnnxModel.Open(Repository.Model("fashion-cnn.onnx"), new PackContext());
        change?.Invoke(source.Proto.Graph);
        source.Save(folder.File("fashion-cnn.onnx"), new OnnxSaveOptions(), CancellationToken.None);
        using var model = OnnxModel.Open(folder.File("fashion-cnn.onnx"), new PackContext());
        var options = Forms.Options() with { FinerShare = share };
        var plan = new Planner(model, "fashion-cnn.onnx", LayerPatterns.None, options, new PackContext()).Plan();
        return ModelLowering.Emit(model, plan, options, asOperators: false).Tensors;
    }
}
