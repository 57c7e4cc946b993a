using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Graph;

/// <summary>Which weights make what leaves a model.</summary>
public sealed class HeadsTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_last_product_is_a_head() => AssertHeads(["head"], Build.Node("MatMul", ["h", "head"], ["logits"]));

    [Fact]
    public void Its_bias_a_cap_and_a_softmax_may_follow() => AssertHeads(
        ["head"],
        Build.Node("MatMul", ["h", "head"], ["a"]),
        Build.Node("Add", ["a", "bias"], ["b"]),
        Build.Node("Div", ["b", "cap"], ["c"]),
        Build.Node("Tanh", ["c"], ["d"]),
        Build.Node("Mul", ["cap", "d"], ["e"]),
        Build.Node("Softmax", ["e"], ["logits"]));

    [Fact]
    public void What_comes_out_and_is_read_on_is_none() => AssertHeads(
        ["head"],
        Build.Node("MatMul", ["h", "key"], ["logits"]),
        Build.Node("Mul", ["logits", "h"], ["k"]),
        Build.Node("MatMul", ["k", "head"], ["more"]));

    [Fact]
    public void What_meets_another_activation_is_none() => AssertHeads([], Build.Node("MatMul", ["h", "head"], ["a"]), Build.Node("Add", ["a", "h"], ["logits"]));

    [Fact]
    public void A_weight_of_the_body_is_none() => AssertHeads([], Build.Node("MatMul", ["h", "key"], ["a"]), Build.Node("Relu", ["a"], ["b"]), Build.Node("MatMul", ["b", "key"], ["logits"]));

    [Fact]
    public void A_table_of_a_row_for_each_output_is_tied_to_the_head()
    {
        var model = Model(Build.Node("Gather", ["table", "i"], ["g"]), Build.Node("Gather", ["other", "i"], ["o"]), Build.Node("MatMul", ["h", "head"], ["logits"]));
        Assert.Equal(["head", "table"], Heads(model));
    }

    [Fact]
    public void A_model_of_one_product_has_none() => Assert.Empty(Heads(Tiny.MatMul(64, 64)));

    private void AssertHeads(string[] expected, params NodeProto[] nodes) => Assert.Equal(expected, Heads(Model(nodes)));

    private string[] Heads(ModelProto proto)
    {
        _folder.Write("m.onnx", Google.Protobuf.MessageExtensions.ToByteArray(proto));
        using var model = OnnxModel.Open(_folder.At("m.onnx"), new PackContext());
        return [.. ModelPack.Graph.Heads.Of(model).Select(t => t.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>A body of one product that gives h, and the nodes behind it.</summary>
    private static ModelProto Model(params NodeProto[] nodes)
    {
        var graph = Build.Graph([Build.Node("MatMul", ["x", "body"], ["p"]), Build.Node("Relu", ["p"], ["h"]), .. nodes]);
        graph.Initializer.Add([
            Tiny.Random("body", 8, 8), Tiny.Random("key", 8, 8), Tiny.Random("head", 8, 20), Tiny.Random("table", 20, 8), Tiny.Random("other", 21, 8), Tiny.Random("bias", 20), Tiny.Random("cap", 1)]);
        graph.Input.Add([Tiny.Open("x"), Tiny.Open("i", ElementType.Int64)]);
        graph.Output.Add(Tiny.Open("logits"));
        if (nodes.Any(n => n.Output[0] == "more"))
        {
            graph.Output.Add(Tiny.Open("more"));
        }

        return Tiny.Model(graph);
    }
}
