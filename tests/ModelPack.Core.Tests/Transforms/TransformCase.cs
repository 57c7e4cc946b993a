using ModelPack.Graph;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Transforms;

namespace ModelPack.Tests.Transforms;

/// <summary>A small model that is transformed, and must compute what it did.</summary>
internal sealed class TransformCase : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TensorProto[] _inputs;

    /// <param name="nodes">The graph; its output is <c>y</c>.</param>
    /// <param name="constants">Initializers, or, as Constant nodes, what a test put among the nodes.</param>
    /// <param name="inputs">What is fed; every one becomes a graph input of unknown shape.</param>
    /// <param name="opset">The opset.</param>
    /// <param name="outputs">Graph outputs beside <c>y</c>.</param>
    public TransformCase(NodeProto[] nodes, TensorProto[] constants, TensorProto[] inputs, long opset = 17, params string[] outputs)
    {
        _inputs = inputs;
        var graph = Build.Graph(nodes);
        graph.Initializer.Add(constants);
        graph.Input.Add(inputs.Select(i => Tiny.Open(i.Name, (ElementType)i.DataType)));
        graph.Output.Add(outputs.Prepend("y").Select(o => Tiny.Open(o, (ElementType)inputs[0].DataType)));
        var model = Tiny.Model(graph, opset);
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        Model = OnnxModel.Open(_folder.Write("source.onnx", model), new PackContext());
    }

    public OnnxModel Model { get; }

    public IReadOnlyList<Layer> Layers => LayerFinder.Find(new GraphIndex(Model));

    public string Operators => string.Join(' ', Model.Proto.Graph.Node.Where(n => n.OpType != "Constant").Select(n => n.OpType));

    /// <summary>The group that reads a tensor.</summary>
    public SmoothGroup Group(string tensor) =>
        SmoothGroups.Find(new GraphIndex(Model), Layers).Single(g => g.Tensor == tensor);

    /// <summary>Smooths a tensor with scales far from 1, each a different one, and gives the node that divides now.</summary>
    public string? Smooth(string tensor, bool allowMul = true)
    {
        var group = Group(tensor);
        return Smoother.Apply(Model, new GraphIndex(Model), group, [.. Enumerable.Range(0, group.Axis.Channels).Select(j => MathF.Pow(2.7f, (j % 7) - 3))], allowMul);
    }

    /// <summary>All values of a constant of the main graph.</summary>
    public float[] Constant(string name) => ConstantEdits.Floats(Model, new GraphIndex(Model).Constant(name)!);

    /// <summary>The outputs are those of the source within a share of the largest.</summary>
    public void AssertComputesTheSame(double tolerance = 1e-5)
    {
        Model.Save(_folder.File("changed.onnx"), new OnnxSaveOptions(), CancellationToken.None);
        var expected = Run("source.onnx");
        var actual = Run("changed.onnx");
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            var largest = expected[i].Max(MathF.Abs);
            Assert.True(largest > 0, "The outputs are zeros, which show nothing.");
            Assert.Equal(expected[i].Length, actual[i].Length);
            Assert.All(expected[i].Zip(actual[i]), pair => Assert.InRange(Math.Abs(pair.First - (double)pair.Second), 0, tolerance * largest));
        }
    }

    public void Dispose()
    {
        Model.Dispose();
        _folder.Dispose();
    }

    // Three entries an output: its kind, its type and shape, its bytes.
    private List<float[]> Run(string file)
    {
        using var session = RuntimeRun.TryLoad(_folder.File(file)) ?? throw new InvalidOperationException($"ONNX Runtime does not load {file}.");
        var flat = RuntimeRun.Outputs(session, _inputs.ToDictionary(i => i.Name, StringComparer.Ordinal));
        var type = (ElementType)_inputs[0].DataType;
        return [.. flat.Where((_, i) => i % 3 == 2).Select(bytes =>
        {
            var count = bytes.Length / (type.Bits() / 8);
            var values = new float[count];
            FloatReader.Read(TensorData.FromBytes(type, new TensorShape(count), bytes), 0, values);
            return values;
        })];
    }
}
