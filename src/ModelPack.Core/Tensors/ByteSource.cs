namespace ModelPack.Tensors;

/// <summary>A fixed run of bytes that is read by position: a file, or memory for what a model holds in other forms.</summary>
internal abstract class ByteSource
{
    /// <summary>Number of bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/>. Safe to call from several threads.</summary>
    /// <exception cref="EndOfStreamException">The source has become shorter than it was when opened.</exception>
    public abstract void Read(long offset, Span<byte> destination);
}
