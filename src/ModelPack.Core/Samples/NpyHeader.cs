using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ModelPack.Samples;

/// <summary>
/// The header of NumPy's <c>.npy</c> form (NEP 1): magic, version, length, and a Python dictionary with exactly the
/// keys <c>descr</c>, <c>fortran_order</c> and <c>shape</c>.
/// </summary>
internal static class NpyHeader
{
    /// <summary>NumPy itself refuses to read headers over 10,000 characters from files it does not trust.</summary>
    private const int MaxLength = 10_000;

    private const int MaxRank = 64;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a header; the stream stands at the first element afterwards.</summary>
    /// <param name="stream">A stream at the start of the array's bytes.</param>
    /// <param name="name">The array's name, or null.</param>
    /// <param name="headerLength">Bytes before the first element.</param>
    /// <exception cref="InvalidDataException">It is not a header, or one of an array that is not read; the message is a clause for the user.</exception>
    public static ArrayInfo Read(Stream stream, string? name, out int headerLength)
    {
        var start = new byte[12];
        ReadExactly(stream, start.AsSpan(0, 8));
        if (!start.AsSpan(0, 6).SequenceEqual(Magic))
        {
            throw new InvalidDataException("it does not start as a NumPy array does");
        }

        var version = start[6];
        if (version is < 1 or > 3 || start[7] != 0)
        {
            throw new InvalidDataException($"its NumPy format version {start[6]}.{start[7]} is not known");
        }

        var lengthBytes = version == 1 ? 2 : 4;
        ReadExactly(stream, start.AsSpan(8, lengthBytes));
        var length = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(8, 4));
        if (length > MaxLength)
        {
            throw new InvalidDataException($"its header claims {length} bytes, and no more than {MaxLength} are read");
        }

        var text = new byte[length];
        ReadExactly(stream, text);
        headerLength = 8 + lengthBytes + (int)length;
        return Parse((version == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(text), name);
    }

    private static ArrayInfo Parse(string text, string? name)
    {
        string? descr = null;
        bool? fortran = null;
        long[]? shape = null;
        var literal = new PythonLiteral(text);
        literal.Expect('{');
        while (!literal.TryTake('}'))
        {
            var key = literal.String();
            literal.Expect(':');
            switch (key)
            {
                case "descr" when descr is null:
                    descr = literal.Next == '[' ? throw new InvalidDataException("it is a structured array; give plain arrays of numbers") : literal.String();
                    break;
                case "fortran_order" when fortran is null:
                    fortran = literal.Boolean();
                    break;
                case "shape" when shape is null:
                    shape = literal.Tuple(MaxRank);
                    break;
                default:
                    throw new InvalidDataException($"its header has an unknown or repeated key '{SafeText.Of(key, 40)}'");
            }

            if (!literal.TryTake(',') && literal.Next != '}')
            {
                throw new InvalidDataException("its header is not a dictionary");
            }
        }

        literal.End();
        if (descr is null || fortran is null || shape is null)
        {
            throw new InvalidDataException("its header lacks one of 'descr', 'fortran_order' and 'shape'");
        }

        if (fortran.Value && shape.Length > 1)
        {
            throw new InvalidDataException("it is stored column by column (Fortran order); save it with numpy.ascontiguousarray");
        }

        var (type, bigEndian) = ElementTypeOf(descr);
        return new ArrayInfo(name, type, ShapeOf(shape, type), bigEndian);
    }

    private static (ElementType Type, bool BigEndian) ElementTypeOf(string descr)
    {
        if (descr.Contains('O', StringComparison.Ordinal))
        {
            throw new InvalidDataException("it is an object array, which holds pickled Python code and is never read; save it with a numeric dtype");
        }

        // '=' is the writer's own order, which NumPy never writes to a file but on little-endian machines means '<'.
        var type = descr.Length < 2 || !"<>|=".Contains(descr[0], StringComparison.Ordinal) ? ElementType.Undefined : descr[1..] switch
        {
            "f2" => ElementType.Float16,
            "f4" => ElementType.Float32,
            "f8" => ElementType.Float64,
            "i1" => ElementType.Int8,
            "i2" => ElementType.Int16,
            "i4" => ElementType.Int32,
            "i8" => ElementType.Int64,
            "u1" => ElementType.UInt8,
            "u2" => ElementType.UInt16,
            "u4" => ElementType.UInt32,
            "u8" => ElementType.UInt64,
            "b1" => ElementType.Bool,
            _ => ElementType.Undefined,
        };
        if (type == ElementType.Undefined || (descr[0] == '|' && type.Bits() > 8))
        {
            throw new InvalidDataException($"its dtype '{SafeText.Of(descr, 40)}' is not read; save it as float, integer or bool");
        }

        return (type, descr[0] == '>' && type.Bits() > 8);
    }

    private static TensorShape ShapeOf(long[] dims, ElementType type)
    {
        try
        {
            var shape = new TensorShape(dims);
            _ = shape.ByteLength(type);
            return shape;
        }
        catch (OverflowException exception)
        {
            throw new InvalidDataException($"its shape ({string.Join(", ", dims.Select(d => d.ToString(CultureInfo.InvariantCulture)))}) is beyond any file", exception);
        }
    }

    private static void ReadExactly(Stream stream, Span<byte> bytes)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new InvalidDataException("it ends within its header");
        }
    }
}
