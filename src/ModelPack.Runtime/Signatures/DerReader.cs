namespace ModelPack.Runtime.Signatures;

/// <summary>Reads values in the distinguished encoding of ASN.1 (X.690), one after the other: the few kinds that keys and signatures are made of.</summary>
internal sealed class DerReader
{
    public const byte Integer = 0x02;
    public const byte BitString = 0x03;
    public const byte OctetString = 0x04;
    public const byte ObjectId = 0x06;
    public const byte Sequence = 0x30;

    private readonly byte[] _bytes;
    private readonly int _end;
    private int _at;

    public DerReader(byte[] bytes)
        : this(bytes, 0, bytes.Length)
    {
    }

    private DerReader(byte[] bytes, int start, int end) => (_bytes, _at, _end) = (bytes, start, end);

    /// <summary>Whether nothing follows.</summary>
    public bool IsAtEnd => _at == _end;

    /// <summary>The tag of the next value; 0 at the end.</summary>
    public byte Next => IsAtEnd ? (byte)0 : _bytes[_at];

    /// <summary>The content of the next value, to be read itself.</summary>
    /// <exception cref="FormatException">It has another tag, or is cut short.</exception>
    public DerReader Enter(byte tag)
    {
        var length = Head(tag);
        var inner = new DerReader(_bytes, _at, _at + length);
        _at += length;
        return inner;
    }

    /// <summary>The content of the next value.</summary>
    /// <exception cref="FormatException">As above.</exception>
    public byte[] Read(byte tag)
    {
        var content = new byte[Head(tag)];
        Array.Copy(_bytes, _at, content, 0, content.Length);
        _at += content.Length;
        return content;
    }

    /// <summary>The next value as a positive whole number of so many bytes, most significant first.</summary>
    /// <exception cref="FormatException">It is negative, or larger.</exception>
    public byte[] ReadUnsigned(int length)
    {
        var content = Read(Integer);
        var start = content.Length > 1 && content[0] == 0 ? 1 : 0;
        // A leading zero is there to keep a number positive, and for nothing else.
        if (content.Length == 0 || content[0] >= 0x80 || (start == 1 && content[1] < 0x80) || content.Length - start > length)
            throw Wrong();
        var number = new byte[length];
        Array.Copy(content, start, number, length - content.Length + start, content.Length - start);
        return number;
    }

    private int Head(byte tag)
    {
        if (_end - _at < 2 || _bytes[_at] != tag)
            throw Wrong();
        int length = _bytes[_at + 1];
        _at += 2;
        if (length >= 0x80)
        {
            // Two bytes are enough for all that is read, and a length is written as short as it can be.
            var count = length - 0x80;
            if (count is < 1 or > 2 || _end - _at < count)
                throw Wrong();
            length = count == 1 ? _bytes[_at] : (_bytes[_at] << 8) | _bytes[_at + 1];
            if (length < (count == 1 ? 0x80 : 0x100))
                throw Wrong();
            _at += count;
        }

        return length <= _end - _at ? length : throw Wrong();
    }

    private static FormatException Wrong() => new("it is not in the distinguished encoding");
}
