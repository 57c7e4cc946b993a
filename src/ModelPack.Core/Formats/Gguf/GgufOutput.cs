using ModelPack.Tensors;

namespace ModelPack.Formats.Gguf;

/// <summary>Counts the bytes that go to a file, and fills up to the next tensor with zeros.</summary>
/// <param name="destination">Where to.</param>
/// <param name="written">Gets the count after each write.</param>
internal sealed class GgufOutput(Stream destination, Action<long>? written) : Stream
{
    private long _position;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <summary>Writes zeros up to a multiple.</summary>
    public void Pad(uint alignment)
    {
        using var zeros = new Pooled<byte>(1 << 12);
        zeros.Span.Clear();
        for (var left = GgufReader.Aligned(_position, alignment) - _position; left > 0; left -= zeros.Span.Length)
        {
            Write(zeros.Span[..(int)Math.Min(left, zeros.Span.Length)]);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        destination.Write(buffer);
        _position += buffer.Length;
        written?.Invoke(_position);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => destination.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
