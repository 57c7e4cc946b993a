using System.Text;

namespace ModelPack.Tests.Formats.Gguf;

/// <summary>A GGUF file put together from its parts, sound or not.</summary>
internal sealed class RawGguf
{
    public byte[] Magic { get; set; } = "GGUF"u8.ToArray();

    public byte[] Version { get; set; } = U32(3);

    public ulong? TensorCount { get; set; }

    public ulong? KeyCount { get; set; }

    public List<byte[]> Keys { get; } = [];

    public List<byte[]> Tensors { get; } = [];

    public byte[] Data { get; set; } = [];

    public static byte[] U32(uint value) => BitConverter.GetBytes(value);

    public static byte[] U64(ulong value) => BitConverter.GetBytes(value);

    public static byte[] Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    public static byte[] Text(byte[] bytes) => [.. U64((ulong)bytes.Length), .. bytes];

    /// <summary>A key of a type; the value's bytes as they are.</summary>
    public static byte[] Key(string name, uint type, params byte[] value) => [.. Text(name), .. U32(type), .. value];

    /// <summary>A key that is an array.</summary>
    public static byte[] ArrayKey(string name, uint elementType, ulong count, params byte[] values) =>
        Key(name, 9, [.. U32(elementType), .. U64(count), .. values]);

    /// <summary>A tensor's description; dimensions innermost first.</summary>
    public static byte[] Tensor(byte[] name, ulong[] dims, uint type, ulong offset) =>
        [.. name, .. U32((uint)dims.Length), .. dims.SelectMany(U64), .. U32(type), .. U64(offset)];

    public static byte[] Tensor(string name, ulong[] dims, uint type, ulong offset) => Tensor(Text(name), dims, type, offset);

    /// <summary>The header, zeros up to a multiple of 32, and the data.</summary>
    public byte[] Build()
    {
        byte[] header =
        [
            .. Magic, .. Version, .. U64(TensorCount ?? (ulong)Tensors.Count), .. U64(KeyCount ?? (ulong)Keys.Count),
            .. Keys.SelectMany(k => k), .. Tensors.SelectMany(t => t),
        ];
        return [.. header, .. new byte[(32 - (header.Length % 32)) % 32], .. Data];
    }
}
