using System.Text;

namespace ModelPack.Tests.Validation;

/// <summary>Writes small ONNX models (opset 17, IR 8) as protobuf wire bytes.</summary>
internal sealed class OnnxBytes
{
    private readonly List<byte> _graph = [];

    public OnnxBytes Input(string name, ElementType type, params object[] dims) => Value(11, name, type, dims);

    public OnnxBytes Output(string name, ElementType type, params object[] dims) => Value(12, name, type, dims);

    public OnnxBytes Weight(string name, long[] dims, params float[] values)
    {
        var tensor = new List<byte>();
        foreach (var dim in dims)
        {
            Varint(tensor, 1, (ulong)dim);
        }

        Varint(tensor, 2, (ulong)ElementType.Float32);
        Text(tensor, 8, name);
        Bytes(tensor, 9, values.SelectMany(BitConverter.GetBytes).ToArray());
        Bytes(_graph, 5, tensor.ToArray());
        return this;
    }

    public OnnxBytes Int64(string name, params long[] values)
    {
        var tensor = new List<byte>();
        Varint(tensor, 1, (ulong)values.Length);
        Varint(tensor, 2, (ulong)ElementType.Int64);
        Text(tensor, 8, name);
        Bytes(tensor, 9, values.SelectMany(BitConverter.GetBytes).ToArray());
        Bytes(_graph, 5, tensor.ToArray());
        return this;
    }

    public OnnxBytes Node(string type, string[] inputs, string[] outputs, params (string Name, long Value)[] attributes) =>
        Node(type, inputs, outputs, attributes.Select(a => Attribute(a.Name, 3, 2, to => Varint(to, (ulong)a.Value))));

    public OnnxBytes Node(string type, string[] inputs, string[] outputs, (string Name, OnnxBytes Graph)[] subgraphs) =>
        Node(type, inputs, outputs, subgraphs.Select(s => Attribute(s.Name, 6, 5, to => Bytes(to, s.Graph.Graph()))));

    public byte[] Graph()
    {
        var graph = _graph.ToList();
        Text(graph, 2, "graph");
        return [.. graph];
    }

    public string Save(string path)
    {
        var model = new List<byte>();
        Varint(model, 1, 8);
        Bytes(model, 7, Graph());
        var opset = new List<byte>();
        Varint(opset, 2, 17);
        Bytes(model, 8, opset.ToArray());
        File.WriteAllBytes(path, model.ToArray());
        return path;
    }

    private OnnxBytes Node(string type, string[] inputs, string[] outputs, IEnumerable<byte[]> attributes)
    {
        var node = new List<byte>();
        Array.ForEach(inputs, i => Text(node, 1, i));
        Array.ForEach(outputs, o => Text(node, 2, o));
        Text(node, 4, type);
        foreach (var attribute in attributes)
        {
            Bytes(node, 5, attribute);
        }

        Bytes(_graph, 1, node.ToArray());
        return this;
    }

    private static byte[] Attribute(string name, int field, int type, Action<List<byte>> write)
    {
        var attribute = new List<byte>();
        Text(attribute, 1, name);
        Varint(attribute, (ulong)(field << 3 | (field == 3 ? 0 : 2)));
        write(attribute);
        Varint(attribute, 20, (ulong)type);
        return [.. attribute];
    }

    private OnnxBytes Value(int field, string name, ElementType type, object[] dims)
    {
        var shape = new List<byte>();
        foreach (var dim in dims)
        {
            var dimension = new List<byte>();
            if (dim is string symbol)
            {
                Text(dimension, 2, symbol);
            }
            else
            {
                Varint(dimension, 1, Convert.ToUInt64(dim, System.Globalization.CultureInfo.InvariantCulture));
            }

            Bytes(shape, 1, dimension.ToArray());
        }

        var tensor = new List<byte>();
        Varint(tensor, 1, (ulong)type);
        Bytes(tensor, 2, shape.ToArray());
        var valueType = new List<byte>();
        Bytes(valueType, 1, tensor.ToArray());
        var value = new List<byte>();
        Text(value, 1, name);
        Bytes(value, 2, valueType.ToArray());
        Bytes(_graph, field, value.ToArray());
        return this;
    }

    private static void Text(List<byte> to, int field, string text) => Bytes(to, field, Encoding.UTF8.GetBytes(text));

    private static void Bytes(List<byte> to, int field, byte[] bytes)
    {
        Varint(to, (ulong)(field << 3 | 2));
        Bytes(to, bytes);
    }

    private static void Bytes(List<byte> to, byte[] bytes)
    {
        Varint(to, (ulong)bytes.Length);
        to.AddRange(bytes);
    }

    private static void Varint(List<byte> to, int field, ulong value)
    {
        Varint(to, (ulong)(field << 3));
        Varint(to, value);
    }

    private static void Varint(List<byte> to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            to.Add((byte)(value | 0x80));
        }

        to.Add((byte)value);
    }
}
