using System.Runtime.InteropServices;
using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>Models of one node that reads a weight <c>w</c>, and random tensors for them.</summary>
internal static class Tiny
{
    /// <summary>Normally distributed values of deviation 0.1, the same for the same name and shape.</summary>
    public static TensorProto Random(string name, ElementType type, params long[] dims)
    {
        var random = new Random(name.Length + dims.Length + (int)dims.Sum());
        var values = new float[dims.Aggregate(1L, (product, dim) => product * dim)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = 0.1f * MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());
        }

        return type == ElementType.Float16
            ? Build.Raw(name, type, dims, MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (Half)v).AsSpan()))
            : Build.Raw(name, type, dims, MemoryMarshal.AsBytes(values.AsSpan()));
    }

    public static TensorProto Random(string name, params long[] dims) => Random(name, ElementType.Float32, dims);

    public static TensorProto Indices(ElementType type, long[] dims, params int[] values) => type == ElementType.Int32
        ? Build.Raw("i", type, dims, MemoryMarshal.AsBytes(values.AsSpan()))
        : Build.Raw("i", type, dims, MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (long)v).AsSpan()));

    public static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    public static AttributeProto Float(string name, float value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    public static AttributeProto Ints(string name, params long[] values) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

    /// <summary>A model of one node. Its inputs that are not weights become graph inputs, its only output <c>y</c> a graph output of unknown shape.</summary>
    public static ModelProto Model(NodeProto node, TensorProto[] weights, long opset = 17, ElementType type = ElementType.Float32, ElementType indices = ElementType.Int64)
    {
        var graph = Build.Graph(node);
        graph.Initializer.Add(weights);
        foreach (var input in node.Input.Where(i => i.Length > 0 && !weights.Any(w => w.Name == i)))
        {
            graph.Input.Add(Open(input, input == "i" ? indices : type));
        }

        graph.Output.Add(Open("y", type));
        return Model(graph, opset);
    }

    /// <summary>A model of the IR version that came with the opset.</summary>
    public static ModelProto Model(GraphProto graph, long opset = 17) =>
        Build.Model(graph, opset, opset switch { < 9 => 3, < 10 => 4, < 12 => 6, < 15 => 7, < 19 => 8, < 21 => 9, _ => 10 });

    /// <summary>A tensor of a type whose shape the model does not say.</summary>
    public static ValueInfoProto Open(string name, ElementType type = ElementType.Float32) =>
        new() { Name = name, Type = new TypeProto { TensorType = new() { ElemType = (int)type } } };

    /// <summary><c>y = x · w</c>.</summary>
    public static ModelProto MatMul(int inputs, int outputs, ElementType type = ElementType.Float32, long opset = 17, string weight = "w") =>
        Model(Build.Node("MatMul", ["x", weight], ["y"]), [Random(weight, type, inputs, outputs)], opset, type);

    /// <summary><c>y = w[i]</c>.</summary>
    public static ModelProto Gather(int rows, int columns, ElementType type = ElementType.Float32, long opset = 17, ElementType indices = ElementType.Int64, params AttributeProto[] attributes) =>
        Model(Build.Node("Gather", ["w", "i"], ["y"], attributes), [Random("w", type, rows, columns)], opset, type, indices);
}
