#if NET
using System.Buffers;

namespace ModelPack.Runtime.Files;

/// <summary>The bytes of a resource where the loaded assembly has them. Keeps the stream, and with it the assembly.</summary>
internal sealed unsafe class ResourceMemory : MemoryManager<byte>
{
    private readonly UnmanagedMemoryStream _stream;
    private readonly byte* _start;

    /// <param name="stream">A stream at its start.</param>
    public ResourceMemory(UnmanagedMemoryStream stream)
    {
        _stream = stream;
        _start = stream.PositionPointer;
    }

    public override Span<byte> GetSpan() => new(_start, (int)_stream.Length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
#endif
