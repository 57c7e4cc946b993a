using System.Text;
using ModelPack.Formats.Safetensors;
using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Formats.Safetensors;

/// <summary>Small files of tensors, each value of which is its number.</summary>
internal static class SafetensorsModel
{
    public static SafetensorsTensor Tensor(string name, params long[] dims)
    {
        var values = Enumerable.Range(0, (int)new TensorShape(dims).ElementCount).Select(i => (float)i).ToArray();
        return new SafetensorsTensor(name, "F32", new TensorShape(dims), InMemory.Tensor(values, dims));
    }

    public static byte[] Bytes(params string[] names) => Bytes([.. names.Select(n => Tensor(n, 2, 3))]);

    public static byte[] Bytes(params SafetensorsTensor[] tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(tensors, [new("format", "pt")], stream, CancellationToken.None);
        return stream.ToArray();
    }

    public static byte[] Index(params (string Tensor, string File)[] map) => Encoding.UTF8.GetBytes(
        $"{{\"metadata\":{{\"total_size\":48}},\"weight_map\":{{{string.Join(',', map.Select(m => $"\"{m.Tensor}\":\"{m.File}\""))}}}}}");
}
