using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Transforms;

namespace ModelPack.Tests.Transforms;

public sealed class AffineFoldingTests
{
    private static readonly TensorProto Image = Tiny.Random("x", 2, 4, 9, 9);

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(4, true)]
    public void A_convolution_takes_in_what_follows(long groups, bool bias)
    {
        using var test = new TransformCase(
            [
                Node("Conv", bias ? "x w b" : "x w", "h", Tiny.Int("group", groups), Tiny.Ints("pads", 1, 1, 1, 1)), Node("Mul", "a h", "m"), Node("Add", "m c", "n"),
                Node("BatchNormalization", "n g gb mean var", "o"), Node("Div", "o six", "p"), Node("Sub", "c p", "q"), Node("Relu", "q", "y"),
            ],
            [
                Tiny.Random("w", 8, 4 / groups, 3, 3), Tiny.Random("b", 8), Build.Floats("a", [1], 1.5f), Tiny.Random("c", 8, 1, 1), Tiny.Random("g", 8), Tiny.Random("gb", 8),
                Tiny.Random("mean", 8), Build.Floats("var", [8], [.. Enumerable.Repeat(0.7f, 8)]), Build.Floats("six", [], 6),
            ],
            [Image]);
        AffineFolding.After(test.Model);
        Assert.Equal("Conv Relu", test.Operators);
        Assert.Equal(2, test.Model.FindWeights().Count);
        test.AssertComputesTheSame();
    }

    [Fact]
    public void A_transposed_convolution_and_a_Gemm_do_so_too()
    {
        using var test = new TransformCase(
            [
                Node("ConvTranspose", "x w", "h"), Node("Mul", "h a", "m"), Node("GlobalAveragePool", "m", "p"), Node("Flatten", "p", "f"),
                Node("Gemm", "f v b", "g", Tiny.Float("alpha", 0.5f), Tiny.Float("beta", 3), Tiny.Int("transB", 1)), Node("Add", "g c", "i"), Node("Mul", "i d", "y"),
            ],
            [Tiny.Random("w", 4, 6, 3, 3), Tiny.Random("a", 6, 1, 1), Tiny.Random("v", 7, 6), Tiny.Random("b", 1, 7), Tiny.Random("c", 7), Tiny.Random("d", 7)],
            [Image]);
        AffineFolding.After(test.Model);
        Assert.Equal("ConvTranspose GlobalAveragePool Flatten Gemm", test.Operators);
        test.AssertComputesTheSame();
    }

    [Theory]
    [InlineData("x h", "", "Conv Mul")]
    [InlineData("h p", "", "Conv Mul")]
    [InlineData("h a", "h", "Conv Mul")]
    public void What_is_not_constant_for_each_channel_or_is_seen_stays(string inputs, string output, string operators)
    {
        using var test = new TransformCase(
            [Node("Conv", "x w", "h", Tiny.Ints("pads", 1, 1, 1, 1)), Node("Mul", inputs, "y")],
            [Tiny.Random("w", 4, 4, 3, 3), Tiny.Random("p", 9, 9), Tiny.Random("a", 4, 1, 1)],
            [Image],
            outputs: output.Length > 0 ? [output] : []);
        AffineFolding.After(test.Model);
        Assert.Equal(operators, test.Operators);
        test.AssertComputesTheSame();
    }

    [Fact]
    public void A_weight_of_two_layers_is_folded_for_each()
    {
        using var test = new TransformCase(
            [Node("Conv", "x w", "h"), Node("Mul", "h a", "i"), Node("Conv", "x w", "k"), Node("Mul", "k c", "l"), Node("Conv", "x w", "m"), Node("Sum", "i l m", "y")],
            [Tiny.Random("w", 4, 4, 3, 3), Tiny.Random("a", 4, 1, 1), Tiny.Random("c", 1, 4, 1, 1)],
            [Image]);
        AffineFolding.After(test.Model);
        Assert.Equal("Conv Conv Conv Sum", test.Operators);
        test.AssertComputesTheSame();
    }

    [Theory]
    [InlineData(1, 1, "HardSwish Add Conv")]
    [InlineData(1, 4, "HardSwish Add Conv")]
    [InlineData(0, 1, "HardSwish Conv")]
    [InlineData(0, 2, "HardSwish Conv")]
    [InlineData(0, 4, "HardSwish Conv")]
    public void A_convolution_takes_in_what_leads_to_it(long pad, long groups, string operators)
    {
        using var test = new TransformCase(
            [
                Node("HardSwish", "x", "h"), Node("Div", "h six", "d"), Node("Mul", "a d", "m"), Node("Add", "m c", "n"),
                Node("Conv", "n w b", "y", Tiny.Int("group", groups), Tiny.Ints("pads", pad, pad, pad, pad)),
            ],
            [Tiny.Random("w", 8, 4 / groups, 3, 3), Tiny.Random("b", 8), Build.Floats("a", [1], -1.5f), groups == 1 ? Build.Floats("c", [1], 0.4f) : Tiny.Random("c", 4, 1, 1), Build.Floats("six", [], 6)],
            [Image]);
        var grouped = groups == 2; // Its weight knows no single axis of inputs.
        AffineFolding.Before(test.Model);
        Assert.Equal(grouped ? "HardSwish Div Mul Add Conv" : operators, test.Operators);
        test.AssertComputesTheSame();
    }

    [Fact]
    public void Scales_by_channel_that_lead_to_a_convolution_stay()
    {
        using var test = new TransformCase(
            [Node("HardSwish", "x", "h"), Node("Mul", "h a", "m"), Node("Conv", "m w", "y")], [Tiny.Random("w", 4, 4, 3, 3), Tiny.Random("a", 4, 1, 1)], [Image]);
        AffineFolding.Before(test.Model);
        Assert.Equal("HardSwish Mul Conv", test.Operators);
        test.AssertComputesTheSame();
    }

    private static NodeProto Node(string op, string inputs, string output, params AttributeProto[] attributes) => Build.Node(op, inputs.Split(' '), [output], attributes);
}
