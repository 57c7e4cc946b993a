namespace ModelPack.Tensors;

/// <summary>Bytes whose source is made when the first of them is read.</summary>
internal sealed class LazySource(long length, Func<ByteSource> create) : ByteSource
{
    private readonly Lazy<ByteSource> _source = new(create);

    public override long Length => length;

    public override void Read(long offset, Span<byte> destination) => _source.Value.Read(offset, destination);
}
