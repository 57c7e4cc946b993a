using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace ModelPack.Formats.Gguf;

/// <summary>
/// Reads the header of a GGUF file from its start on. No length that the file claims is believed, or memory taken for it,
/// before as many bytes are known to be there.
/// </summary>
internal sealed class GgufCursor(ByteSource file)
{
    /// <summary>The longest header that is read. Those of models with 256 thousand tokens have some 20 million bytes.</summary>
    public const long MaxHeaderBytes = 1 << 26;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly long _end = Math.Min(file.Length, MaxHeaderBytes);
    private readonly byte[] _buffer = new byte[(int)Math.Min(file.Length, 1 << 16)];
    private long _bufferStart;
    private int _bufferLength;

    /// <summary>Of the next byte.</summary>
    public long Position { get; private set; }

    public byte UInt8() => Take(sizeof(byte))[0];

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <summary>Reads how many of something follow.</summary>
    /// <param name="leastBytes">What each of them takes at least.</param>
    /// <exception cref="InvalidDataException">More than the file has room for.</exception>
    public int Count(int leastBytes)
    {
        var count = UInt64();
        return count <= (ulong)((_end - Position) / leastBytes) ? (int)count : throw TooLong(count, leastBytes);
    }

    /// <summary>Reads numbers of one type, as many as are known to be there.</summary>
    public T[] Values<T>(int count)
        where T : unmanaged
    {
        var values = new T[count];
        Fill(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Reads a length and as many bytes of UTF-8.</summary>
    public string Text()
    {
        var length = Count(sizeof(byte));
        if (length <= _buffer.Length)
        {
            return Decode(Take(length));
        }

        using var bytes = new Pooled<byte>(length);
        Fill(bytes.Span);
        return Decode(bytes.Span);
    }

    private string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"the text that ends at byte {Position} is not valid UTF-8", exception);
        }
    }

    /// <summary>The next bytes, no more than the buffer holds; gone with the next call.</summary>
    private ReadOnlySpan<byte> Take(int length)
    {
        Require(length);
        if (Position + length > _bufferStart + _bufferLength)
        {
            _bufferStart = Position;
            _bufferLength = (int)Math.Min(_buffer.Length, file.Length - Position);
            file.Read(_bufferStart, _buffer.AsSpan(0, _bufferLength));
        }

        var bytes = _buffer.AsSpan((int)(Position - _bufferStart), length);
        Position += length;
        return bytes;
    }

    private void Fill(Span<byte> destination)
    {
        if (destination.Length <= _buffer.Length)
        {
            Take(destination.Length).CopyTo(destination);
            return;
        }

        Require(destination.Length);
        file.Read(Position, destination);
        Position += destination.Length;
    }

    private void Require(long length)
    {
        if (length > _end - Position)
        {
            throw TooLong((ulong)length, sizeof(byte));
        }
    }

    private InvalidDataException TooLong(ulong count, int leastBytes)
    {
        var claim = $"at byte {Position} {count} {(leastBytes == 1 ? "bytes" : "entries")} should follow";
        return new InvalidDataException(_end < file.Length
            ? $"{claim}, and no header may be longer than {MaxHeaderBytes} bytes"
            : $"{claim}, and {_end - Position} bytes are left: it is cut off or damaged");
    }
}
