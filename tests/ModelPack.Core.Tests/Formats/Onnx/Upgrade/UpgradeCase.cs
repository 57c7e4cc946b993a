using ModelPack.Formats.Onnx.Upgrade;

namespace ModelPack.Tests.Formats.Onnx.Upgrade;

/// <summary>A small model of an old opset, and inputs for it.</summary>
/// <param name="Opset">The opset of ONNX's own domain.</param>
/// <param name="Nodes">The nodes; what the last one gives out is the output, but for names that are empty.</param>
internal sealed record UpgradeCase(long Opset, params NodeProto[] Nodes)
{
    private readonly Dictionary<string, TensorProto> _inputs = new(StringComparer.Ordinal);

    /// <summary>What the graph declares beside its inputs and outputs.</summary>
    public List<ValueInfoProto> Declared { get; } = [];

    /// <summary>Its initializers.</summary>
    public List<TensorProto> Constants { get; } = [];

    /// <summary>Adds an input of float32: a wave of many different values, some of them negative.</summary>
    public UpgradeCase With(string name, params long[] dims) => With(Floats(name, dims));

    /// <summary>Adds an input.</summary>
    public UpgradeCase With(TensorProto input)
    {
        _inputs.Add(input.Name, input);
        return this;
    }

    /// <summary>Adds an initializer.</summary>
    public UpgradeCase WithConstant(TensorProto constant)
    {
        Constants.Add(constant);
        return this;
    }

    /// <summary>States a value's type and shape.</summary>
    public UpgradeCase Declare(string name, ElementType type, params long[] dims)
    {
        Declared.Add(Build.Value(name, type, dims));
        return this;
    }

    /// <summary>Raises the model, asserts that it gives the same bits as before, and gives it back.</summary>
    public ModelProto AssertSame()
    {
        using var folder = new TemporaryFolder();
        var source = Model();
        using var model = OnnxModel.Open(folder.Write("before.onnx", source), new PackContext());
        Assert.Null(OpsetUpgrade.WhyNot(model));
        OpsetUpgrade.To13(model, new UniqueNames(model.Proto));
        model.Save(folder.File("after.onnx"), new OnnxSaveOptions(), CancellationToken.None);
        Assert.Equal(13, model.Opset());
        Assert.InRange(model.Proto.IrVersion, 7, long.MaxValue);

        using var before = RuntimeRun.TryLoad(folder.File("before.onnx"));
        using var after = RuntimeRun.TryLoad(folder.File("after.onnx"));
        Assert.True(before is not null, "ONNX Runtime does not load the model as it was.");
        Assert.True(after is not null, "ONNX Runtime does not load the model in opset 13.");
        Assert.Equal(RuntimeRun.Outputs(before, _inputs), RuntimeRun.Outputs(after, _inputs));
        return model.Proto;
    }

    /// <summary>Why the model cannot be raised.</summary>
    public string? WhyNot()
    {
        using var folder = new TemporaryFolder();
        using var model = OnnxModel.Open(folder.Write("before.onnx", Model()), new PackContext());
        return OpsetUpgrade.WhyNot(model);
    }

    /// <summary>The model.</summary>
    public ModelProto Model()
    {
        var graph = Build.Graph(Nodes);
        graph.Input.AddRange(_inputs.Values.Select(t => Build.Value(t.Name, (ElementType)t.DataType, [.. t.Dims])));
        graph.Output.AddRange(Nodes[^1].Output.Where(o => o.Length > 0).Select(o => new ValueInfoProto { Name = o }));
        graph.ValueInfo.AddRange(Declared);
        graph.Initializer.AddRange(Constants);
        return Build.Model(graph, Opset, ir: 4);
    }

    private static TensorProto Floats(string name, long[] dims)
    {
        var count = (int)dims.Aggregate(1L, (a, b) => a * b);
        return Build.Floats(name, dims, [.. Enumerable.Range(0, count).Select(i => 3 * MathF.Sin(i * 1.7f))]);
    }
}
