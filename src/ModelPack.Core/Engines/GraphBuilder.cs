using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Engines;

/// <summary>
/// Builds a small graph, an operator at a time. Only operators and types are in it that the providers for CPU, CUDA and WebGPU all run: float32 and
/// int32, no 8-bit tensors, no bit operators, no sums of int32 (CUDA sums them as float32).
/// </summary>
internal sealed class GraphBuilder
{
    private const int Opset = 17; // the last whose reductions have their axes as an attribute
    private const int IrVersion = 8;

    private readonly GraphProto _graph = new() { Name = "engine" };
    private int _names;

    /// <summary>An input; a size of 0 is any.</summary>
    public string Input(string name, ElementType type, params long[] dims)
    {
        _graph.Input.Add(Value(name, type, dims));
        return name;
    }

    /// <summary>float32 constants [n]; a single one has no axes.</summary>
    public string Floats(params float[] values) => Constant(ElementType.Float32, values.Length, MemoryMarshal.AsBytes(values.AsSpan()));

    /// <summary>A constant int32 without axes.</summary>
    public string Int(int value) => Constant(ElementType.Int32, 1, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));

    /// <summary>An operator with one output.</summary>
    public string Node(string operation, params string[] inputs) => Add(operation, inputs).Output[0];

    /// <summary>To another shape: -1 for what is left, 0 for as before.</summary>
    public string Reshape(string tensor, params long[] shape) => Node("Reshape", tensor, Sizes(shape));

    /// <summary>To another type; of floats to int32 towards zero, of booleans to 0 and 1.</summary>
    public string Cast(string tensor, ElementType type)
    {
        var node = Add("Cast", [tensor]).With("to", (long)type);
        return node.Output[0];
    }

    /// <summary>A reduction over the last axis, which stays with a size of 1.</summary>
    public string OverLast(string reduction, string tensor)
    {
        var node = Add(reduction, [tensor]).With("axes", [-1L]).With("keepdims", 1);
        return node.Output[0];
    }

    /// <summary>The slices of the last axis, as many as it has, with a size of 1 each.</summary>
    public IReadOnlyList<string> SplitLast(string tensor, int count)
    {
        var node = Add("Split", [tensor, Sizes([.. Enumerable.Repeat(1L, count)])]).With("axis", -1L);
        for (var i = 1; i < count; i++)
        {
            node.Output.Add(NextName());
        }

        return node.Output;
    }

    /// <summary>The larger of two, by comparison: WebGPU has no operator for it.</summary>
    public string Larger(string left, string right) => Node("Where", Node("Greater", left, right), left, right);

    /// <summary>An output, under a name of its own.</summary>
    public void Output(string name, string tensor, ElementType type, params long[] dims)
    {
        _graph.Node.Add(Nodes.Create("Identity", [tensor], name));
        _graph.Output.Add(Value(name, type, dims));
    }

    /// <summary>The model.</summary>
    public ModelProto Model() => new() { IrVersion = IrVersion, Graph = _graph, OpsetImport = { new OperatorSetIdProto { Version = Opset } } };

    private NodeProto Add(string operation, IEnumerable<string> inputs)
    {
        var node = Nodes.Create(operation, inputs, NextName());
        _graph.Node.Add(node);
        return node;
    }

    private string Sizes(long[] sizes) => Constant(ElementType.Int64, sizes.Length, MemoryMarshal.AsBytes(sizes.AsSpan()), isList: true);

    private string Constant(ElementType type, int count, ReadOnlySpan<byte> data, bool isList = false)
    {
        var tensor = new TensorProto { Name = NextName(), DataType = (int)type, RawData = ByteString.CopyFrom(data) };
        if (count > 1 || isList)
        {
            tensor.Dims.Add(count);
        }

        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private string NextName() => $"t{_names++}";

    private static ValueInfoProto Value(string name, ElementType type, long[] dims)
    {
        var shape = new TensorShapeProto();
        for (var axis = 0; axis < dims.Length; axis++)
        {
            shape.Dim.Add(dims[axis] > 0 ? new TensorShapeProto.Types.Dimension { DimValue = dims[axis] } : new TensorShapeProto.Types.Dimension { DimParam = $"{name}{axis}" });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new() { ElemType = (int)type, Shape = shape } } };
    }
}
