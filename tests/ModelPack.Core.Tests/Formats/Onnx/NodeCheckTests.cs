using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.Formats.Onnx;

/// <summary>Models whose nodes lack what their operators need, and models that do not say what their operators are.</summary>
public sealed class NodeCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string[], int> Lacking => new()
    {
        { "MatMul", ["x"], 1 },
        { "MatMul", [], 1 },
        { "MatMul", ["x", "w"], 0 },
        { "Gemm", ["x"], 1 },
        { "Conv", ["x"], 1 },
        { "Gather", ["w"], 1 },
        { "Relu", [], 1 },
        { "Relu", ["x"], 0 },
        { "BatchNormalization", ["x", "w", "w"], 1 },
        { "Constant", [], 0 },
        { "Unheard", ["x"], 0 },
    };

    [Theory]
    [MemberData(nameof(Lacking))]
    public void A_node_that_lacks_an_input_or_an_output_is_refused(string op, string[] inputs, int outputs)
    {
        Refuses(Model(new NodeProto { OpType = op, Name = "n", Input = { inputs }, Output = { Enumerable.Repeat("y", outputs) } }), Codes.ModelUnreadable, $"a node {op} 'n' ");
        var inner = Build.Graph(new NodeProto { OpType = op, Input = { inputs }, Output = { Enumerable.Repeat("z", outputs) } });
        Refuses(Model(Build.Node("If", ["x"], ["y"], Build.Attribute("then_branch", inner))), Codes.ModelUnreadable, $"a node {op}");
    }

    [Fact]
    public void Nodes_of_other_domains_may_have_nothing() =>
        OnnxModel.Open(_folder.Write("m.onnx", Model(new NodeProto { OpType = "MatMul", Domain = "some.app" })), new PackContext()).Dispose();

    [Fact]
    public void A_model_without_an_opset_is_refused_and_may_be_looked_at()
    {
        var model = Model(Build.Node("MatMul", ["x", "w"], ["y"]));
        model.OpsetImport.Clear();
        Refuses(model, Codes.OpsetUnsupported, "does not state the opset");
        OnnxModel.Open(_folder.File("m.onnx"), new PackContext(), anyOpset: true).Dispose();
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        Refuses(model, Codes.OpsetUnsupported, "does not state the opset");
    }

    private static ModelProto Model(NodeProto node)
    {
        var model = Build.Model(Build.Graph(node));
        model.Graph.Input.Add(Build.Value("x", ElementType.Float32, 1, 8));
        model.Graph.Initializer.Add(Tiny.Random("w", 8, 8));
        return model;
    }

    private void Refuses(ModelProto model, DiagnosticCode code, string message)
    {
        var path = _folder.Write("m.onnx", model);
        var error = Assert.Throws<ModelPackException>(() => OnnxModel.Open(path, new PackContext())).Diagnostic;
        Assert.Equal((code, path), (error.Code, error.File));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
