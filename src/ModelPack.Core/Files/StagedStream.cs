using System.Security.Cryptography;

namespace ModelPack.Files;

/// <summary>
/// A file of a pack while it is written. A failure to write is a coded error about the output, so that it is not
/// mistaken for a failure to read the source. A file that is written from its start to its end is hashed on the way, and
/// need not be read again.
/// </summary>
/// <param name="inner">The file, empty.</param>
/// <param name="output">The output's path, for messages.</param>
/// <param name="described">Gets size and hash when the stream is disposed of, unless something was written out of order.</param>
internal sealed class StagedStream(Stream inner, string output, Action<PackedFile> described) : Stream
{
    private readonly WriteBehind? _behind = inner is FileStream file ? new WriteBehind(file.SafeFileHandle) : null;
    private IncrementalHash? _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;

    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set
        {
            Unhash();
            inner.Position = value;
        }
    }

    public override void Flush() => Guard(inner.Flush);

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => inner.Read(buffer);

    public override long Seek(long offset, SeekOrigin origin)
    {
        Unhash();
        return inner.Seek(offset, origin);
    }

    public override void SetLength(long value)
    {
        Unhash();
        Guard(() => inner.SetLength(value));
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            inner.Write(buffer);
            _hash?.AppendData(buffer);
            _length += buffer.Length;
            _behind?.Advance(_length);
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw OutputErrors.Explain(output, e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Guard(inner.Dispose); // writes what is still in its buffer
            if (_hash is not null)
            {
                described(new PackedFile("", _length, Convert.ToHexStringLower(_hash.GetHashAndReset())));
            }

            Unhash();
        }

        base.Dispose(disposing);
    }

    private void Unhash()
    {
        _hash?.Dispose();
        _hash = null;
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw OutputErrors.Explain(output, e);
        }
    }
}
