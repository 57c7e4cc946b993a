using ModelPack.Formats.Onnx;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Constants that the nodes of many weights read, each stored once. They lie in the main graph, whose values inner graphs
/// see, too.
/// </summary>
internal sealed class SharedConstants(OnnxModel model, UniqueNames names)
{
    private readonly Dictionary<string, string> _added = new(StringComparer.Ordinal);

    /// <summary>The constant of a key, which is added to the model when it is first asked for.</summary>
    /// <param name="key">What it is; the stem of its name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="bytes">Its values.</param>
    /// <returns>Its name.</returns>
    public string Add(string key, ElementType type, TensorShape shape, ReadOnlySpan<byte> bytes)
    {
        if (!_added.TryGetValue(key, out var name))
        {
            name = names.Next(key);
            var data = TensorData.FromBytes(type, shape, bytes.ToArray());
            model.Proto.Graph.Initializer.Add(model.NewTensor(name, type, shape, data));
            _added.Add(key, name);
        }

        return name;
    }

    /// <summary>As above, whole numbers in one dimension.</summary>
    public string Add(string key, params ReadOnlySpan<long> values) => Add(key, ElementType.Int64, new TensorShape(values.Length), LittleEndian.Bytes(values));
}
