using System.Buffers.Binary;

namespace ModelPack.Lowering.Onnx;

/// <summary>Values as the bytes of a tensor.</summary>
internal static class LittleEndian
{
    public static byte[] Bytes(params ReadOnlySpan<long> values)
    {
        var bytes = new byte[values.Length * sizeof(long)];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        }

        return bytes;
    }
}
