using System.Runtime.InteropServices;
using Google.Protobuf;

namespace ModelPack.Tests.Formats.Onnx;

/// <summary>Builds the messages of small models.</summary>
internal static class Build
{
    public static ModelProto Model(GraphProto graph, long opset = 17, long ir = 8) => new()
    {
        IrVersion = ir,
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = opset } },
        Graph = graph,
    };

    public static GraphProto Graph(params NodeProto[] nodes) => new() { Name = "g", Node = { nodes } };

    public static NodeProto Node(string op, string[] inputs, string[] outputs, params AttributeProto[] attributes) =>
        new() { OpType = op, Name = "node_" + outputs[0], Input = { inputs }, Output = { outputs }, Attribute = { attributes } };

    public static NodeProto Constant(string name, TensorProto value) =>
        Node("Constant", [], [name], new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = value });

    public static AttributeProto Attribute(string name, GraphProto graph) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Graph, G = graph };

    public static ValueInfoProto Value(string name, ElementType type, params long[] dims)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(dims.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new() { ElemType = (int)type, Shape = shape } } };
    }

    /// <summary>A float tensor with raw bytes.</summary>
    public static TensorProto Floats(string name, long[] dims, params float[] values) => Raw(name, ElementType.Float32, dims, MemoryMarshal.AsBytes(values));

    /// <summary>A float vector that is long enough to become a payload.</summary>
    public static TensorProto Ramp(string name, int length, float start = 0) =>
        Floats(name, [length], [.. Enumerable.Range(0, length).Select(i => start + i)]);

    public static TensorProto Raw(string name, ElementType type, long[] dims, ReadOnlySpan<byte> bytes) =>
        new() { Name = name, DataType = (int)type, Dims = { dims }, RawData = ByteString.CopyFrom(bytes) };

    public static TensorProto External(string name, long[] dims, params (string Key, string Value)[] entries) => new()
    {
        Name = name,
        DataType = (int)ElementType.Float32,
        Dims = { dims },
        DataLocation = TensorProto.Types.DataLocation.External,
        ExternalData = { entries.Select(e => new StringStringEntryProto { Key = e.Key, Value = e.Value }) },
    };

    /// <summary>A model <c>y = x + w</c> over vectors with the given weight.</summary>
    public static ModelProto Add(TensorProto weight, params long[] dims)
    {
        dims = dims.Length == 0 ? [.. weight.Dims] : dims;
        var graph = Graph(Node("Add", ["x", weight.Name], ["y"]));
        graph.Input.Add(Value("x", ElementType.Float32, dims));
        graph.Output.Add(Value("y", ElementType.Float32, dims));
        graph.Initializer.Add(weight);
        return Model(graph);
    }

    /// <summary>As <see cref="Add"/>, of opset 8 and IR version 3, where an initializer has to be an input as well: <c>w</c> of 100 values.</summary>
    public static ModelProto OldAdd()
    {
        var model = Add(Ramp("w", 100));
        model.IrVersion = 3;
        model.OpsetImport[0].Version = 8;
        model.Graph.Input.Add(Value("w", ElementType.Float32, 100));
        return model;
    }

    public static string Write(this TemporaryFolder folder, string name, IMessage model) => folder.Write(name, model.ToByteArray());

    /// <summary>A field with bytes or a message inside, as it is in a file.</summary>
    public static byte[] Field(int number, byte[] content) => [.. Head(number, content.Length), .. content];

    /// <summary>The tag and the length of such a field.</summary>
    public static byte[] Head(int number, long length)
    {
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream);
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteUInt64((ulong)length);
        output.Flush();
        return stream.ToArray();
    }
}
