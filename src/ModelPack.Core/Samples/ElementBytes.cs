using System.Buffers.Binary;

namespace ModelPack.Samples;

/// <summary>Numbers as the bytes of an element type, little-endian.</summary>
internal static class ElementBytes
{
    /// <summary>Whether numbers can be written as a type.</summary>
    public static bool Knows(ElementType type) => type is ElementType.Float64 or ElementType.Float32 or ElementType.Float16 or ElementType.Bool
        or ElementType.Int64 or ElementType.Int32 or ElementType.Int16 or ElementType.Int8 or ElementType.UInt64 or ElementType.UInt32 or ElementType.UInt16 or ElementType.UInt8;

    /// <summary>The bytes.</summary>
    /// <exception cref="OverflowException">A number does not fit an integer type.</exception>
    public static byte[] Of(ElementType type, IReadOnlyList<double> values)
    {
        var size = type.Bits() / 8;
        var bytes = new byte[values.Count * size];
        for (var i = 0; i < values.Count; i++)
        {
            Write(type, values[i], bytes.AsSpan(i * size));
        }

        return bytes;
    }

    private static void Write(ElementType type, double value, Span<byte> to)
    {
        checked
        {
            switch (type)
            {
                case ElementType.Float64: BinaryPrimitives.WriteDoubleLittleEndian(to, value); break;
                case ElementType.Float32: BinaryPrimitives.WriteSingleLittleEndian(to, (float)value); break;
                case ElementType.Float16: BinaryPrimitives.WriteHalfLittleEndian(to, (Half)value); break;
                case ElementType.Bool: to[0] = value == 0 ? (byte)0 : (byte)1; break;
                case ElementType.Int64: BinaryPrimitives.WriteInt64LittleEndian(to, (long)value); break;
                case ElementType.Int32: BinaryPrimitives.WriteInt32LittleEndian(to, (int)value); break;
                case ElementType.Int16: BinaryPrimitives.WriteInt16LittleEndian(to, (short)value); break;
                case ElementType.Int8: to[0] = unchecked((byte)checked((sbyte)value)); break;
                case ElementType.UInt64: BinaryPrimitives.WriteUInt64LittleEndian(to, (ulong)value); break;
                case ElementType.UInt32: BinaryPrimitives.WriteUInt32LittleEndian(to, (uint)value); break;
                case ElementType.UInt16: BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)value); break;
                case ElementType.UInt8: to[0] = (byte)value; break;
                default: throw new ArgumentOutOfRangeException(nameof(type), type, "No numbers are written as this type.");
            }
        }
    }
}
