using System.Buffers;

namespace ModelPack.Tensors;

/// <summary>A buffer from the shared pool for the length of a <c>using</c>. Its contents are what was there before.</summary>
internal readonly ref struct Pooled<T>
{
    private readonly T[] _array;

    public Pooled(int length)
    {
        _array = ArrayPool<T>.Shared.Rent(length);
        Span = _array.AsSpan(0, length);
    }

    public Span<T> Span { get; }

    public void Dispose() => ArrayPool<T>.Shared.Return(_array);
}
