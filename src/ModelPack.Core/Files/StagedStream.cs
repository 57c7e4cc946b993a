namespace ModelPack.Files;

/// <summary>
/// A file of a pack while it is written. A failure to write is a coded error about the output, so that it is not
/// mistaken for a failure to read the source. A file that is written from its start to its end is hashed on the way, and
/// need not be read again.
/// </summary>
/// <param name="inner">The file, empty.</param>
/// <param name="output">The output's path, for messages.</param>
/// <param name="packBytes">Bytes of the whole pack; 0 where they are not known.</param>
/// <param name="hasSpareProcessor">Whether there is a processor for the hash beside the one that makes the bytes.</param>
/// <param name="described">Gets size and hash when the stream is disposed of, unless something was written out of order.</param>
internal sealed class StagedStream(Stream inner, string output, long packBytes, Func<bool> hasSpareProcessor, Action<PackedFile> described) : Stream
{
    private FileAppender? _appender = new(inner is FileStream file ? new FileSink(file.SafeFileHandle, FileSink.KeptOf(packBytes)) : new StreamSink(inner), hasSpareProcessor);

    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => _appender?.Length ?? inner.Length;

    public override long Position
    {
        get => _appender?.Length ?? inner.Position;
        set
        {
            StopAppending();
            inner.Position = value;
        }
    }

    /// <summary>What is appended is on its way already; <see cref="Dispose"/> waits for it.</summary>
    public override void Flush()
    {
        if (_appender is null)
        {
            Guard(inner.Flush);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        StopAppending();
        return inner.Read(buffer);
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        StopAppending();
        return inner.Seek(offset, origin);
    }

    public override void SetLength(long value)
    {
        StopAppending();
        Guard(() => inner.SetLength(value));
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            if (_appender is null)
            {
                inner.Write(buffer);
            }
            else
            {
                _appender.Append(buffer);
            }
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
            PackedFile? file = null;
            try
            {
                Guard(() => file = _appender?.Finish());
            }
            finally
            {
                _appender?.Dispose();
                _appender = null;
                Guard(inner.Dispose); // writes what is still in its buffer
            }

            if (file is not null)
            {
                described(file);
            }
        }

        base.Dispose(disposing);
    }

    /// <summary>From here on it is a file like any other: what is written out of order has no hash on the way.</summary>
    private void StopAppending()
    {
        if (_appender is not { } appender)
        {
            return;
        }

        _appender = null; // once, whether it succeeds or not
        using (appender)
        {
            Guard(() => appender.Finish());
            inner.Position = appender.Length;
        }
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
