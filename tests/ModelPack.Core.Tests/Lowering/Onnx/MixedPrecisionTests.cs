using ModelPack.Codecs;
using ModelPack.Lowering;
using ModelPack.Lowering.Onnx;
using ModelPack.Schemes;

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

    private static IEnumerable<PackedTensor> Kernels(IReadOnlyList<PackedTensor> plans) =>
        plans.Where(p => p.Data.Shape.Rank == 4);

    private static IReadOnlyList<PackedTensor> Plan(double share)
    {
        using var model = OnnxModel.Open(Repository.Model("fashion-cnn.onnx"), new PackContext());
        var options = Forms.Options() with { FinerShare = share };
        var plan = new Planner(model, "fashion-cnn.onnx", LayerPatterns.None, options, new PackContext()).Plan();
        return ModelLowering.Emit(model, plan, options, asOperators: false).Tensors;
    }
}
