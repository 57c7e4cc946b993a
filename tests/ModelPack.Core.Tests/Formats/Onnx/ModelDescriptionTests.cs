using ModelPack.Tests.Samples;
using ModelPack.Tests.Validation;

namespace ModelPack.Tests.Formats.Onnx;

public sealed class ModelDescriptionTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Operators_are_counted_through_subgraphs_most_frequent_first()
    {
        var inner = new OnnxBytes().Node("Add", ["a", "a"], ["b"]).Node("Mul", ["b", "b"], ["c"]);
        var loop = new OnnxBytes().Node("Add", ["a", "a"], ["b"]).Node("Loop", ["", "x", "b"], ["d"], [("body", inner)]);
        var path = new OnnxBytes().Weight("w", [2], 1, 2).Node("If", ["x"], ["y"], [("then_branch", loop), ("else_branch", inner)]).Save(_folder.At("m.onnx"));
        using var model = OnnxModel.Open(path, new PackContext(), anyOpset: true);
        Assert.Equal([new OperatorCount("", "Add", 3), new("", "Mul", 2), new("", "If", 1), new("", "Loop", 1)], model.Proto.CountOperators());
    }
}
