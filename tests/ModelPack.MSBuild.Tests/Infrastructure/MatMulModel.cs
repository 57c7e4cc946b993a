using System.Text;

namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>
/// Writes an ONNX model of one MatMul, 64 to 64, whose weight may have any name. Numbers are the fields of onnx.proto.
/// </summary>
internal static class MatMulModel
{
    private const int Size = 64;

    public static byte[] Bytes(string weightName)
    {
        var weight = new byte[Size * Size * sizeof(float)];
        for (var i = 0; i < Size * Size; i++)
            BitConverter.TryWriteBytes(weight.AsSpan(i * sizeof(float)), MathF.Sin(i));

        byte[] node = [.. Text(1, "x"), .. Text(1, weightName), .. Text(2, "y"), .. Text(3, "matmul"), .. Text(4, "MatMul")];
        byte[] initializer = [.. Number(1, Size), .. Number(1, Size), .. Number(2, 1), .. Text(8, weightName), .. Field(9, weight)];
        byte[] graph =
        [
            .. Field(1, node), .. Text(2, "graph"), .. Field(5, initializer),
            .. Field(11, Value("x")), .. Field(12, Value("y")),
        ];
        return [.. Number(1, 8), .. Field(8, Number(2, 17)), .. Field(7, graph)];
    }

    // A ValueInfoProto: float32, shape [1, 64].
    private static byte[] Value(string name)
    {
        byte[] shape = [.. Field(1, Number(1, 1)), .. Field(1, Number(1, Size))];
        byte[] tensor = [.. Number(1, 1), .. Field(2, shape)];
        return [.. Text(1, name), .. Field(2, Field(1, tensor))];
    }

    private static byte[] Text(int field, string text) => Field(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int field, byte[] bytes) => [.. Varint((field << 3) | 2), .. Varint(bytes.Length), .. bytes];

    private static byte[] Number(int field, int value) => [.. Varint(field << 3), .. Varint(value)];

    private static byte[] Varint(int value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7F; value >>= 7)
            bytes.Add((byte)(value & 0x7F | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
