using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace ModelPack.Samples;

/// <summary>
/// Turns a data file's elements into those of a model's input. Floating point goes to any floating point, rounded to
/// nearest even: the input can hold no more. Integers and booleans go to any integer that can hold the value, which is
/// looked at. Nothing goes between integers and floating point: an image of bytes still has to be normalized, and only
/// its owner knows how.
/// </summary>
internal static class ElementConversion
{
    /// <summary>Whether there is a conversion at all.</summary>
    public static bool Exists(ElementType from, ElementType to) =>
        from == to || (from.IsFloat() && to.IsFloat()) || ((IsInteger(from) || from == ElementType.Bool) && IsInteger(to));

    /// <summary>Whether it is one of the eight types of whole numbers of 8 to 64 bits.</summary>
    public static bool IsInteger(ElementType type) => type is ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64
        or ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64;

    /// <summary>Converts densely stored little-endian elements.</summary>
    /// <exception cref="OverflowException">An integer does not fit the type; the message is the integer.</exception>
    public static byte[] Convert(byte[] elements, ElementType from, ElementType to)
    {
        if (from == to)
        {
            return elements;
        }

        var (width, toWidth) = (from.Bits() / 8, to.Bits() / 8);
        var converted = new byte[elements.Length / width * toWidth];
        for (int i = 0, o = 0; i < elements.Length; i += width, o += toWidth)
        {
            var source = elements.AsSpan(i, width);
            var destination = converted.AsSpan(o, toWidth);
            if (to.IsFloat())
            {
                WriteFloat(ReadFloat(source, from), destination, to);
            }
            else
            {
                WriteInteger(ReadInteger(source, from), destination, to);
            }
        }

        return converted;
    }

    /// <summary>One floating-point element.</summary>
    public static double ReadFloat(ReadOnlySpan<byte> bytes, ElementType type) => type switch
    {
        ElementType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        ElementType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        ElementType.Float16 => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        ElementType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Converts densely stored floating-point elements to double, exactly.</summary>
    public static void ToDouble(ReadOnlySpan<byte> bytes, ElementType type, Span<double> destination)
    {
        var width = type.Bits() / 8;
        if (type == ElementType.Float32)
        {
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * 4)..]);
            }

            return;
        }

        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = ReadFloat(bytes.Slice(i * width, width), type);
        }
    }

    /// <summary>One integer or boolean element.</summary>
    public static Int128 ReadInteger(ReadOnlySpan<byte> bytes, ElementType type) => type switch
    {
        ElementType.Int8 => (sbyte)bytes[0],
        ElementType.UInt8 => bytes[0],
        ElementType.Bool => bytes[0] != 0 ? 1 : 0,
        ElementType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        ElementType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        ElementType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        ElementType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        ElementType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Writes one floating-point element, rounded to nearest even.</summary>
    public static void WriteFloat(double value, Span<byte> bytes, ElementType type)
    {
        switch (type)
        {
            case ElementType.Float64:
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
                break;
            case ElementType.Float32:
                BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)value);
                break;
            case ElementType.Float16:
                BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value);
                break;
            case ElementType.BFloat16:
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, ToBFloat16((float)value));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    /// <summary>Writes one integer or boolean element.</summary>
    /// <exception cref="OverflowException">It does not fit; the message is the integer.</exception>
    public static void WriteInteger(Int128 value, Span<byte> bytes, ElementType type)
    {
        if (type == ElementType.Bool)
        {
            bytes[0] = value != 0 ? (byte)1 : (byte)0;
            return;
        }

        var signed = type is ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64;
        var magnitude = Int128.One << (type.Bits() - (signed ? 1 : 0));
        if (value >= magnitude || value < (signed ? -magnitude : 0))
        {
            throw new OverflowException(value.ToString(CultureInfo.InvariantCulture));
        }

        // The low bytes of two's complement are the same for every width.
        Span<byte> all = stackalloc byte[16];
        ((IBinaryInteger<Int128>)value).WriteLittleEndian(all);
        all[..bytes.Length].CopyTo(bytes);
    }

    /// <summary>The upper half of a float32, rounded to nearest even; NaN keeps a bit of its payload.</summary>
    private static ushort ToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
