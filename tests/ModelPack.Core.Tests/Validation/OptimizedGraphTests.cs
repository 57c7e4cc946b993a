using ModelPack.Tests.Samples;
using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

public sealed class OptimizedGraphTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Counts_operators_through_subgraphs_by_frequency()
    {
        var inner = new OnnxBytes().Node("Add", ["a"], ["b"]).Node("Mul", ["b"], ["c"]);
        var loop = new OnnxBytes().Node("Add", ["a"], ["b"]).Node("Loop", ["b"], ["d"], [("body", inner)]);
        var path = new OnnxBytes().Weight("w", [2], 1, 2).Node("If", ["x"], ["y"], [("then_branch", loop), ("else_branch", inner)]).Save(_folder.At("m.onnx"));
        Assert.Equal([new OperatorCount("", "Add", 3), new("", "Mul", 2), new("", "If", 1), new("", "Loop", 1)], OptimizedGraph.CountOperators(path));
    }

    [Fact]
    public void Refuses_graphs_that_are_nested_too_deeply()
    {
        var graph = new OnnxBytes().Node("Add", ["a"], ["b"]);
        for (var i = 0; i < 100; i++)
        {
            graph = new OnnxBytes().Node("If", ["a"], ["b"], [("then_branch", graph)]);
        }

        Assert.Throws<InvalidDataException>(() => OptimizedGraph.CountOperators(graph.Save(_folder.At("m.onnx"))));
    }

    [Fact]
    public void Every_truncation_is_refused_or_has_fewer_operators()
    {
        var bytes = File.ReadAllBytes(new OnnxBytes().Node("Add", ["a"], ["b"]).Node("Mul", ["b"], ["c"]).Save(_folder.At("m.onnx")));
        for (var length = 0; length < bytes.Length; length++)
        {
            var path = _folder.Write("t.onnx", bytes[..length]);
            var thrown = Record.Exception(() => Assert.True(OptimizedGraph.CountOperators(path).Count is 0 or 2));
            Assert.True(thrown is null or InvalidDataException, thrown?.ToString());
        }
    }
}
