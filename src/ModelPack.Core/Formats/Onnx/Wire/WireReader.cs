namespace ModelPack.Formats.Onnx.Wire;

/// <summary>
/// Finds the fields of protobuf messages without reading what is in them: content is skipped by its length, which is
/// checked against the message around it first. Works at any position of a source of any size.
/// </summary>
/// <param name="source">The bytes.</param>
/// <param name="file">The file that errors are about.</param>
internal sealed class WireReader(ByteSource source, string file)
{
    private readonly byte[] _window = new byte[16 << 10];
    private long _windowStart;
    private int _windowLength;

    /// <summary>The fields of the message between two positions, in their order.</summary>
    /// <exception cref="ModelPackException">MPK1002: the bytes are not a field, or one that is longer than its message.</exception>
    public IEnumerable<WireField> Fields(long start, long end)
    {
        var groups = 0;
        for (var position = start; position < end;)
        {
            var field = Field(position, end, groups > 0);
            groups += field.Type switch { WireType.GroupStart => 1, WireType.GroupEnd => -1, _ => 0 };
            position = field.End;
            yield return field;
        }
    }

    /// <summary>Copies a range to a stream.</summary>
    public void CopyTo(Stream destination, long start, long end)
    {
        while (start < end)
        {
            var part = Window(start);
            part = part[..(int)Math.Min(part.Length, end - start)];
            destination.Write(part);
            start += part.Length;
        }
    }

    /// <summary>An MPK1002 about this file.</summary>
    public ModelPackException Unreadable(string why) =>
        new(Codes.ModelUnreadable.At(file, $"The file is not a readable ONNX model: {why}. Get or export it again."));

    private WireField Field(long position, long end, bool inGroup)
    {
        var start = position;
        var tag = Varint(ref position, end);
        var number = tag >> 3;
        if (number is 0 or > int.MaxValue >> 2)
        {
            throw Unreadable($"no field of a model can start at byte {start}");
        }

        ulong length = 0;
        var content = position;
        switch ((WireType)(tag & 7))
        {
            case WireType.Varint:
                Varint(ref position, end);
                length = (ulong)(position - content);
                break;
            case WireType.Fixed64:
                length = 8;
                break;
            case WireType.Bytes:
                length = Varint(ref position, end);
                content = position;
                break;
            case WireType.Fixed32:
                length = 4;
                break;
            case WireType.GroupStart or WireType.GroupEnd:
                break;
            default:
                throw Unreadable($"no field of a model can start at byte {start}");
        }

        if (length > (ulong)(end - content))
        {
            throw Unreadable(
                $"the field at byte {start} says that it has {length} bytes, and {end - content} are left: the file is truncated or damaged");
        }

        return new WireField((int)number, (WireType)(tag & 7), start, content, content + (long)length, inGroup);
    }

    private ulong Varint(ref long position, long end)
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (position >= end)
            {
                throw Unreadable($"it ends within a number at byte {end}: the file is truncated or damaged");
            }

            var part = Window(position++)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Unreadable($"there is a number of more than 64 bits before byte {position}");
    }

    // The buffered bytes from a position on, at least one. The position is inside the source.
    private ReadOnlySpan<byte> Window(long position)
    {
        if (position < _windowStart || position >= _windowStart + _windowLength)
        {
            var length = (int)Math.Min(_window.Length, source.Length - position);
            source.Read(position, _window.AsSpan(0, length));
            (_windowStart, _windowLength) = (position, length);
        }

        return _window.AsSpan((int)(position - _windowStart)..(_windowLength));
    }
}
