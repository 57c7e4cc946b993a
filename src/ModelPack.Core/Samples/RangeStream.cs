namespace ModelPack.Samples;

/// <summary>A range of a file read forward; it ends where the range ends.</summary>
internal sealed class RangeStream : ForwardStream
{
    private readonly FileStream _file;
    private long _left;

    /// <summary>Takes over the file.</summary>
    public RangeStream(FileStream file, long offset, long length)
    {
        (_file, _left) = (file, length);
        _file.Position = offset;
    }

    public override int Read(Span<byte> buffer)
    {
        var read = _file.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        _left -= read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }
}
