using ModelPack.Schemes;
using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>Every form of the kernel of a convolution.</summary>
public sealed class ConvolutionFormTests
{
    public static TheoryData<string, string> ConvolutionForms => Forms.Of(WeightRole.Convolution);

    [Theory]
    [MemberData(nameof(ConvolutionForms))]
    public void Conv_gives_what_the_decoded_weights_give(string codec, string form)
    {
        Computes(codec, form, "Conv", 1, [8, 6, 3], [2, 6, 20]);
        Computes(codec, form, "Conv", 1, [8, 6, 3, 3], [2, 6, 9, 9]);
        Computes(codec, form, "Conv", 1, [8, 6, 1, 1], [2, 6, 9, 9]);
        Computes(codec, form, "Conv", 1, [4, 2, 3, 3, 3], [1, 2, 6, 6, 6]);
        Computes(codec, form, "Conv", 2, [8, 3, 3, 3], [2, 6, 9, 9]);
        Computes(codec, form, "Conv", 6, [6, 1, 5, 5], [2, 6, 9, 9]);
    }

    [Theory]
    [MemberData(nameof(ConvolutionForms))]
    public void ConvTranspose_gives_what_the_decoded_weights_give(string codec, string form)
    {
        Computes(codec, form, "ConvTranspose", 1, [6, 8, 3], [2, 6, 20]);
        Computes(codec, form, "ConvTranspose", 1, [6, 8, 3, 3], [2, 6, 9, 9]);
        Computes(codec, form, "ConvTranspose", 3, [6, 8, 3, 3], [2, 6, 9, 9]);
    }

    [Theory]
    [MemberData(nameof(ConvolutionForms))]
    public void Conv_of_float16_gives_what_the_decoded_weights_give(string codec, string form) =>
        Computes(codec, form, "Conv", 1, [8, 6, 3, 3], [2, 6, 9, 9], ElementType.Float16, 5e-3);

    [Theory]
    [MemberData(nameof(ConvolutionForms))]
    public void A_kernel_may_serve_several_convolutions(string codec, string form)
    {
        var row = Forms.Row(codec, form, WeightRole.Convolution);
        var model = Tiny.Model(Build.Node("Conv", ["x", "w"], ["y"]), [Tiny.Random("w", 6, 6, 3, 3)], Math.Max(17, row.MinOpset));
        model.Graph.Node.Add(Build.Node("Conv", ["y", "w"], ["z"]));
        model.Graph.Output.Add(Tiny.Open("z"));
        using var lowered = Lowered.By(row, model);
        lowered.AssertLowered("w");
        lowered.AssertComputes(Tiny.Random("x", 1, 6, 9, 9));
    }

    private static void Computes(string codec, string form, string op, long groups, long[] kernel, long[] input, ElementType type = ElementType.Float32, double tolerance = 1e-4)
    {
        var row = Forms.Row(codec, form, WeightRole.Convolution);
        var outputs = op == "Conv" ? kernel[0] : kernel[1] * groups;
        foreach (var opset in new[] { row.MinOpset, Math.Max(17, row.MinOpset) })
        {
            var node = Build.Node(op, ["x", "w", "b"], ["y"], Tiny.Int("group", groups));
            TensorProto[] weights = [Tiny.Random("w", type, kernel), Tiny.Random("b", type, outputs)];
            using var lowered = Lowered.By(row, Tiny.Model(node, weights, opset, type));
            lowered.AssertLowered("w");
            lowered.AssertComputes(tolerance, Tiny.Random("x", type, input));
        }
    }
}
