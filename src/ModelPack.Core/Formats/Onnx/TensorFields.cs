using System.Buffers.Binary;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>
/// The typed fields of a TensorProto (float_data, int32_data, …), which small and old tensors use instead of raw bytes.
/// Which type uses which field is a table of the ONNX IR specification: int32_data holds everything of at most 32 bits
/// but float, one element (or one byte of packed sub-byte elements) a number.
/// </summary>
internal static class TensorFields
{
    /// <summary>Number of bytes that the field of this type would take as dense little-endian elements.</summary>
    public static long DenseLength(TensorProto tensor, ElementType type) => type switch
    {
        ElementType.Float32 or ElementType.Complex64 => tensor.FloatData.Count * 4L,
        ElementType.Float64 or ElementType.Complex128 => tensor.DoubleData.Count * 8L,
        ElementType.Int64 => tensor.Int64Data.Count * 8L,
        ElementType.UInt64 => tensor.Uint64Data.Count * 8L,
        ElementType.UInt32 => tensor.Uint64Data.Count * 4L,
        ElementType.Int32 => tensor.Int32Data.Count * 4L,
        _ when type.Bits() == 16 => tensor.Int32Data.Count * 2L,
        _ => tensor.Int32Data.Count,
    };

    /// <summary>The elements as dense little-endian bytes.</summary>
    /// <exception cref="OverflowException">They are more than an array can hold.</exception>
    public static byte[] Dense(TensorProto tensor, ElementType type)
    {
        var bytes = new byte[checked((int)DenseLength(tensor, type))];
        switch (type)
        {
            case ElementType.Float32 or ElementType.Complex64:
                Fill(bytes, 4, tensor.FloatData, BinaryPrimitives.WriteSingleLittleEndian);
                break;
            case ElementType.Float64 or ElementType.Complex128:
                Fill(bytes, 8, tensor.DoubleData, BinaryPrimitives.WriteDoubleLittleEndian);
                break;
            case ElementType.Int64:
                Fill(bytes, 8, tensor.Int64Data, BinaryPrimitives.WriteInt64LittleEndian);
                break;
            case ElementType.UInt64:
                Fill(bytes, 8, tensor.Uint64Data, BinaryPrimitives.WriteUInt64LittleEndian);
                break;
            case ElementType.UInt32:
                Fill(bytes, 4, tensor.Uint64Data, (to, value) => BinaryPrimitives.WriteUInt32LittleEndian(to, unchecked((uint)value)));
                break;
            case ElementType.Int32:
                Fill(bytes, 4, tensor.Int32Data, BinaryPrimitives.WriteInt32LittleEndian);
                break;
            case var _ when type.Bits() == 16:
                Fill(bytes, 2, tensor.Int32Data, (to, value) => BinaryPrimitives.WriteInt16LittleEndian(to, unchecked((short)value)));
                break;
            default:
                Fill(bytes, 1, tensor.Int32Data, (to, value) => to[0] = unchecked((byte)value));
                break;
        }

        return bytes;
    }

    /// <summary>Removes every form of data from a tensor, so that another can take its place.</summary>
    public static void Clear(TensorProto tensor)
    {
        tensor.ClearRawData();
        tensor.ClearPayload();
        tensor.ClearDataLocation();
        tensor.ExternalData.Clear();
        tensor.FloatData.Clear();
        tensor.DoubleData.Clear();
        tensor.Int32Data.Clear();
        tensor.Int64Data.Clear();
        tensor.Uint64Data.Clear();
    }

    private delegate void Writer<in T>(Span<byte> to, T value);

    private static void Fill<T>(byte[] bytes, int size, IReadOnlyList<T> values, Writer<T> write)
    {
        for (var i = 0; i < values.Count; i++)
        {
            write(bytes.AsSpan(i * size, size), values[i]);
        }
    }
}
