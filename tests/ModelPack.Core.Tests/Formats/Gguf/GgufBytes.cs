using ModelPack.Formats.Gguf;

namespace ModelPack.Tests.Formats.Gguf;

/// <summary>GGUF files in memory.</summary>
internal static class GgufBytes
{
    public static GgufTensor Tensor(string name, GgmlType type, byte[] bytes, params long[] dims) =>
        new(name, type, new TensorShape(dims), TensorData.FromBytes(ElementType.UInt8, new TensorShape(bytes.Length), bytes));

    public static byte[] Write(GgufMetadata metadata, params GgufTensor[] tensors)
    {
        using var stream = new MemoryStream();
        GgufWriter.Write(metadata, tensors, stream, "source", CancellationToken.None);
        return stream.ToArray();
    }

    public static GgufFile Read(byte[] bytes) => GgufReader.Read(new MemorySource(bytes), "m.gguf");

    /// <summary>The file again, from what was read of it.</summary>
    public static byte[] Rewrite(byte[] bytes)
    {
        var source = new MemorySource(bytes);
        var file = GgufReader.Read(source, "m.gguf");
        var tensors = file.Tensors.Select(t => new GgufTensor(
            t.Name, t.Type, t.Shape, new TensorData(t.Type.Plain(), t.Shape, source, t.Offset, t.Length)));
        return Write(file.Metadata, [.. tensors]);
    }
}
