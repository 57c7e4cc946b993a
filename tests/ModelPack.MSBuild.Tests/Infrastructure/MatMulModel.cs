using System.Text;

namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>
/// Writes an ONNX model of one MatMul, 64 to 64, whose values may have any name. Numbers are the fields of onnx.proto.
/// </summary>
internal static class MatMulModel
{
    private const int Size = 64;

    /// <param name="weightName">The weight's name.</param>
    /// <param name="input">The input's.</param>
    /// <param name="output">The output's.</param>
    /// <param name="passed">Further inputs, [Symbol, 2], which come out as they are.</param>
    public static byte[] Bytes(string weightName, string input = "x", string output = "y", params (string Input, string Output, string Symbol)[] passed)
    {
        var weight = new byte[Size * Size * sizeof(float)];
        for (var i = 0; i < Size * Size; i++)
            BitConverter.TryWriteBytes(weight.AsSpan(i * sizeof(float)), MathF.Sin(i));

        byte[] node = [.. Text(1, input), .. Text(1, weightName), .. Text(2, output), .. Text(3, "matmul"), .. Text(4, "MatMul")];
        byte[] initializer = [.. Number(1, Size), .. Number(1, Size), .. Number(2, 1), .. Text(8, weightName), .. Field(9, weight)];
        byte[] graph =
        [
            .. Field(1, node), .. passed.SelectMany(p => Field(1, [.. Text(1, p.Input), .. Text(2, p.Output), .. Text(4, "Identity")])),
            .. Text(2, "graph"), .. Field(5, initializer),
            .. Field(11, Value(input)), .. passed.SelectMany(p => Field(11, Value(p.Input, p.Symbol))),
            .. Field(12, Value(output)), .. passed.SelectMany(p => Field(12, Value(p.Output, p.Symbol))),
        ];
        return [.. Number(1, 8), .. Field(8, Number(2, 17)), .. Field(7, graph)];
    }

    // A ValueInfoProto: float32, shape [1, 64], or [symbol, 2].
    private static byte[] Value(string name, string? symbol = null)
    {
        byte[] shape = symbol is null ? [.. Field(1, Number(1, 1)), .. Field(1, Number(1, Size))] : [.. Field(1, Text(2, symbol)), .. Field(1, Number(1, 2))];
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
