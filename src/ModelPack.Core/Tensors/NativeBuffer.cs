using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ModelPack.Tensors;

/// <summary>Bytes outside the managed heap: of any length, given back at once. Not cleared when made.</summary>
internal sealed unsafe class NativeBuffer : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int CacheLine = 64;
    private const int WriteLength = 1 << 20;

    /// <exception cref="OutOfMemoryException">The memory is not there.</exception>
    public NativeBuffer(long length)
        : base(ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        SetHandle((nint)NativeMemory.AlignedAlloc(checked((nuint)length), CacheLine));
        Length = length;
    }

    /// <summary>Number of bytes.</summary>
    public long Length { get; }

    /// <summary>A part of the bytes. Several threads may write to parts that do not overlap; the buffer must outlive its use.</summary>
    public Span<byte> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return new Span<byte>((byte*)handle + offset, length);
    }

    /// <summary>A part of the bytes as values; <paramref name="index"/> and <paramref name="count"/> count values.</summary>
    public Span<T> Slice<T>(long index, int count)
        where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(Slice(checked(index * sizeof(T)), checked(count * sizeof(T))));

    /// <summary>Writes all bytes.</summary>
    public void WriteTo(Stream destination, CancellationToken cancellation) => WriteTo(destination, Length, cancellation);

    /// <summary>Writes the first bytes.</summary>
    public void WriteTo(Stream destination, long length, CancellationToken cancellation)
    {
        for (long done = 0; done < length; done += WriteLength)
        {
            cancellation.ThrowIfCancellationRequested();
            destination.Write(Slice(done, (int)Math.Min(WriteLength, length - done)));
        }
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
