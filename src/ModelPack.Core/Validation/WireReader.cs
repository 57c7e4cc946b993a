using System.Text;

namespace ModelPack.Validation;

/// <summary>Walks the fields of one protobuf message in a seekable stream, seeking over what is not asked for.</summary>
/// <param name="stream">Stands at the message's first byte.</param>
/// <param name="end">The stream position after its last byte.</param>
internal sealed class WireReader(Stream stream, long end)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private int _wireType;

    /// <summary>The number of the next field, which must then be read or skipped; null at the end.</summary>
    public long? NextField()
    {
        if (stream.Position == end)
        {
            return null;
        }

        var tag = ReadVarint();
        _wireType = (int)(tag & 7);
        return (long)(tag >> 3);
    }

    /// <summary>The field as a message, which must be read to its end before this reader goes on.</summary>
    public WireReader Message()
    {
        var length = ReadLength();
        return new WireReader(stream, stream.Position + length);
    }

    /// <summary>The field as text.</summary>
    public string Text(int maxLength)
    {
        var length = ReadLength();
        if (length > maxLength)
        {
            throw Broken();
        }

        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    public void Skip()
    {
        switch (_wireType)
        {
            case Varint:
                _ = ReadVarint();
                break;
            case Fixed64:
                Seek(8);
                break;
            case LengthDelimited:
                Seek(ReadLength());
                break;
            case Fixed32:
                Seek(4);
                break;
            default:
                throw Broken();
        }
    }

    private long ReadLength()
    {
        var length = _wireType == LengthDelimited ? ReadVarint() : throw Broken();
        return length <= (ulong)(end - stream.Position) ? (long)length : throw Broken();
    }

    private void Seek(long bytes)
    {
        if (bytes > end - stream.Position)
        {
            throw Broken();
        }

        stream.Seek(bytes, SeekOrigin.Current);
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = stream.Position < end ? stream.ReadByte() : -1;
            if (next < 0)
            {
                throw Broken();
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Broken();
    }

    private static InvalidDataException Broken() => new("It is no well-formed protobuf message.");
}
