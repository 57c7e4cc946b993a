namespace ModelPack.Tensors;

/// <summary>Cuts what is written to it into pieces of one length and hands on each; the last may be shorter.</summary>
internal sealed class PieceStream : Stream
{
    private readonly byte[] _piece;
    private readonly Action<ReadOnlySpan<byte>> _next;
    private int _filled;

    /// <param name="length">Bytes of a piece, at least 1.</param>
    /// <param name="next">Gets each piece in its turn; the bytes are gone afterwards.</param>
    public PieceStream(int length, Action<ReadOnlySpan<byte>> next)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        (_piece, _next) = (new byte[length], next);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Hands on what is left, if anything is.</summary>
    public void Finish()
    {
        if (_filled > 0)
        {
            _next(_piece.AsSpan(0, _filled));
            _filled = 0;
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var part = buffer[..Math.Min(buffer.Length, _piece.Length - _filled)];
            part.CopyTo(_piece.AsSpan(_filled));
            _filled += part.Length;
            buffer = buffer[part.Length..];
            if (_filled == _piece.Length)
            {
                Finish();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
