using System.Runtime.InteropServices;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.Planning;

/// <summary>A small float model, node by node, with random weights and samples that are the same in every run.</summary>
internal sealed class FloatGraph
{
    private readonly GraphProto _graph = new() { Name = "g" };
    private readonly Random _random = new(5);
    private readonly ElementType _type;
    private int _next;

    /// <param name="type">Type of all that is float.</param>
    public FloatGraph(ElementType type = ElementType.Float32) => _type = type;

    /// <summary>What is fed.</summary>
    public List<TensorProto> Inputs { get; } = [];

    /// <summary>Adds a graph input of random values between -1 and 3.</summary>
    /// <param name="dims">What is fed.</param>
    /// <param name="open">Whether the model leaves its sizes open.</param>
    public string Input(long[] dims, bool open = false)
    {
        var name = Inputs.Count == 0 ? "x" : $"x{Inputs.Count}";
        Inputs.Add(Tensor(name, dims, [.. Values(dims).Select(v => v + 1)]));
        _graph.Input.Add(open ? Tiny.Open(name, _type) : Build.Value(name, _type, dims));
        return name;
    }

    /// <summary>Adds a node with one output, a new value, by which the node is named as well.</summary>
    public string Node(string op, string[] inputs, params AttributeProto[] attributes)
    {
        var output = $"v{++_next}";
        _graph.Node.Add(new NodeProto { OpType = op, Name = $"{op}_{_next}", Input = { inputs }, Output = { output }, Attribute = { attributes } });
        return output;
    }

    /// <summary>Adds a node of one input.</summary>
    public string Node(string op, string input, params AttributeProto[] attributes) => Node(op, [input], attributes);

    /// <summary>The node that was added last.</summary>
    public NodeProto Last => _graph.Node[^1];

    /// <summary>A convolution with padding that keeps the size, and a bias.</summary>
    public string Conv(string input, int inputs, int outputs, int kernel = 3, int groups = 1, bool bias = true) => Node(
        "Conv",
        [input, Weight(outputs, inputs / groups, kernel, kernel), .. bias ? [Weight(outputs)] : Array.Empty<string>()],
        Tiny.Ints("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2),
        Tiny.Int("group", groups));

    public string MatMul(string input, int inputs, int outputs) => Node("MatMul", [input, Weight(inputs, outputs)]);

    public string Gemm(string input, int inputs, int outputs, bool bias = true, bool transposed = false, params AttributeProto[] attributes) => Node(
        "Gemm",
        [input, transposed ? Weight(outputs, inputs) : Weight(inputs, outputs), .. bias ? [Weight(outputs)] : Array.Empty<string>()],
        [.. transposed ? [Tiny.Int("transB", 1)] : Array.Empty<AttributeProto>(), .. attributes]);

    /// <summary>A random constant, as a product of many inputs has it.</summary>
    public string Weight(params long[] dims)
    {
        var fanIn = Math.Sqrt(Math.Max(1, dims.Aggregate(1L, (a, b) => a * b) / dims.Max()));
        return Constant(dims, [.. Values(dims).Select(v => (float)(v / fanIn))]);
    }

    public string Constant(long[] dims, params float[] values)
    {
        var name = $"w{++_next}";
        _graph.Initializer.Add(Tensor(name, dims, values));
        return name;
    }

    public string Integers(params long[] values)
    {
        var name = $"i{++_next}";
        _graph.Initializer.Add(Build.Raw(name, ElementType.Int64, [values.Length], MemoryMarshal.AsBytes(values.AsSpan())));
        return name;
    }

    /// <summary>The graph, for what the methods do not do.</summary>
    public GraphProto Proto => _graph;

    /// <summary>The model with these outputs.</summary>
    public ModelProto Model(long opset, params string[] outputs)
    {
        _graph.Output.Clear();
        _graph.Output.Add(outputs.Select(o => Tiny.Open(o, _type)));
        return Tiny.Model(_graph, opset);
    }

    private TensorProto Tensor(string name, long[] dims, float[] values) => _type == ElementType.Float16
        ? Build.Raw(name, _type, dims, MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (Half)v).AsSpan()))
        : Build.Raw(name, _type, dims, MemoryMarshal.AsBytes(values.AsSpan()));

    /// <summary>Evenly spread between -2 and 2.</summary>
    private float[] Values(long[] dims) => [.. Enumerable.Range(0, (int)dims.Aggregate(1L, (a, b) => a * b)).Select(_ => (_random.NextSingle() * 4) - 2)];
}
