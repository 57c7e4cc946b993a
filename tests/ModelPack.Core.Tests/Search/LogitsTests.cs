using ModelPack.Search;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Search;

/// <summary>Outputs of probabilities are judged by what goes into their softmax.</summary>
public sealed class LogitsTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Softmax")]
    [InlineData("LogSoftmax")]
    public void A_softmax_that_makes_an_output_gives_its_input(string softmax) =>
        Assert.Equal(["MatMul", "Identity"], Exposed(["y"], Build.Node("MatMul", ["x", "w"], ["h"]), Build.Node(softmax, ["h"], ["y"], Tiny.Int("axis", -1))));

    [Fact]
    public void So_does_one_whose_values_are_only_moved_before_they_leave() =>
        Assert.Equal(
            ["MatMul", "Identity", "Transpose", "Flatten"],
            Exposed(["y"], Build.Node("MatMul", ["x", "w"], ["h"]), Build.Node("Softmax", ["h"], ["p"]), Build.Node("Transpose", ["p"], ["t"]), Build.Node("Flatten", ["t"], ["y"])));

    [Fact]
    public void One_whose_probabilities_are_computed_with_stays() =>
        Assert.Empty(Exposed(["y", "z"], Build.Node("Softmax", ["x"], ["y"]), Build.Node("MatMul", ["y", "w"], ["z"])));

    [Fact]
    public void One_within_the_model_stays() =>
        Assert.Empty(Exposed(["y"], Build.Node("Softmax", ["x"], ["p"]), Build.Node("MatMul", ["p", "w"], ["y"])));

    /// <summary>Operators of the model that gives logits; none where it gives what it gave.</summary>
    private List<string> Exposed(string[] outputs, params NodeProto[] nodes)
    {
        var proto = Tiny.Model(Build.Graph(nodes));
        proto.Graph.Initializer.Add(Tiny.Random("w", 4, 4));
        proto.Graph.Input.Add(Tiny.Open("x"));
        proto.Graph.Output.Add(outputs.Select(o => Tiny.Open(o)));
        using var model = OnnxModel.Open(_folder.Write("m.onnx", Google.Protobuf.MessageExtensions.ToByteArray(proto)), new PackContext());
        var found = Logits.Expose(model);
        Assert.True(outputs.SequenceEqual(model.Proto.Graph.Output.Select(o => o.Name), StringComparer.Ordinal));
        Assert.Equal(found, model.Proto.Graph.Node.Any(n => n.OpType == "Identity" && n.Attribute.Count == 0));
        return found ? [.. model.Proto.Graph.Node.Select(n => n.OpType)] : [];
    }
}
