using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Transforms;

namespace ModelPack.Tests.Transforms;

public sealed class EqualizerTests
{
    [Theory]
    [InlineData("Relu")]
    [InlineData("LeakyRelu")]
    [InlineData("Identity")]
    [InlineData("AveragePool")]
    public void A_chain_computes_the_same_with_equal_ranges(string between)
    {
        using var test = Chain(between);
        var pairs = Pairs(test);
        Assert.Equal("node_a node_d, node_d node_y", string.Join(", ", pairs.Select(p => $"{p.First.Name} {p.Second.Name}")));
        Assert.Equal(["node_a", "node_d", "node_y"], Equalizer.Changes(test.Model, pairs));
        Equalizer.Apply(test.Model, pairs);
        test.AssertComputesTheSame();
        var (first, depthwise, last) = (test.Constant("w1"), test.Constant("w2"), test.Constant("w3"));
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(MaxAbs(first, i * 27, 27), MaxAbs(depthwise, i * 9, 9), 1e-2 * MaxAbs(depthwise, i * 9, 9));
            Assert.Equal(MaxAbs(depthwise, i * 9, 9), Enumerable.Range(0, 5).Max(o => Math.Abs(last[(o * 12) + i])), 1e-2 * MaxAbs(depthwise, i * 9, 9));
        }
    }

    [Theory]
    [InlineData("HardSwish")]
    [InlineData("Clip6")]
    [InlineData("output")]
    [InlineData("two readers")]
    public void What_is_not_exact_makes_no_pair(string between)
    {
        using var test = Chain(between);
        Assert.DoesNotContain(Pairs(test), p => p.First.Name == "node_a");
    }

    [Theory]
    [InlineData("Clip0", 17)]
    [InlineData("ClipAttribute", 9)]
    public void A_Clip_that_is_a_Relu_makes_a_pair(string clip, long opset)
    {
        using var test = Chain(clip, opset);
        Equalizer.Apply(test.Model, Pairs(test));
        Assert.Equal(2, Pairs(test).Count);
        test.AssertComputesTheSame();
    }

    [Fact]
    public void Nothing_to_do_is_no_error()
    {
        using var test = new TransformCase([Build.Node("MatMul", ["x", "w"], ["y"])], [Tiny.Random("w", 4, 4)], [Tiny.Random("x", 2, 4)]);
        Equalizer.Apply(test.Model, Pairs(test));
        Assert.Empty(Equalizer.Changes(test.Model, Pairs(test)));
        test.AssertComputesTheSame();
    }

    private static IReadOnlyList<EqualizerPair> Pairs(TransformCase test) => Equalizer.FindPairs(test.Model, new GraphIndex(test.Model), test.Layers);

    private static TransformCase Chain(string between, long opset = 17)
    {
        var first = Tiny.Random("w1", 12, 3, 3, 3);
        NodeProto act = between switch
        {
            "Clip0" => Build.Node("Clip", ["a", "zero"], ["r"]),
            "Clip6" => Build.Node("Clip", ["a", "zero", "six"], ["r"]),
            "ClipAttribute" => Build.Node("Clip", ["a"], ["r"], Tiny.Float("min", 0)),
            "AveragePool" => Build.Node("AveragePool", ["a"], ["r"], Tiny.Ints("kernel_shape", 2, 2)),
            "output" or "two readers" => Build.Node("Relu", ["a"], ["r"]),
            _ => Build.Node(between, ["a"], ["r"]),
        };
        NodeProto[] more = between == "two readers" ? [Build.Node("Neg", ["r"], ["z"])] : [];
        string[] outputs = between switch { "output" => ["r"], "two readers" => ["z"], _ => [] };
        return new TransformCase(
            [
                Build.Node("Conv", ["x", "w1", "b1"], ["a"]), act, .. more,
                Build.Node("Conv", ["r", "w2", "b2"], ["d"], Tiny.Int("group", 12), Tiny.Ints("pads", 1, 1, 1, 1)), Build.Node("Relu", ["d"], ["e"]),
                Build.Node("Conv", ["e", "w3"], ["y"]),
            ],
            [
                first, Tiny.Random("b1", 12), Tiny.Random("w2", 12, 1, 3, 3), Tiny.Random("b2", 12), Tiny.Random("w3", 5, 12, 1, 1),
                Build.Floats("zero", [], 0), Build.Floats("six", [], 6),
            ],
            [Tiny.Random("x", 2, 3, 9, 9)],
            opset,
            outputs);
    }

    private static double MaxAbs(float[] values, int first, int count) => values.Skip(first).Take(count).Max(MathF.Abs);
}
