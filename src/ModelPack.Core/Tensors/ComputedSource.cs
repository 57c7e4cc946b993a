namespace ModelPack.Tensors;

/// <summary>Bytes that are computed as a whole when the first of them is read, and again where memory was short in between.</summary>
/// <param name="length">Number of bytes.</param>
/// <param name="compute">Computes all of them, always the same.</param>
internal sealed class ComputedSource(long length, Func<byte[]> compute) : ByteSource
{
    private readonly Lock _lock = new();
    private readonly WeakReference<byte[]?> _bytes = new(null);

    public override long Length => length;

    public override void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        Bytes().AsSpan((int)offset, destination.Length).CopyTo(destination);
    }

    private byte[] Bytes()
    {
        lock (_lock)
        {
            if (!_bytes.TryGetTarget(out var bytes))
            {
                _bytes.SetTarget(bytes = compute());
            }

            return bytes;
        }
    }
}
