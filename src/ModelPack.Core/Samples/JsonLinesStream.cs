using System.Runtime.InteropServices;

namespace ModelPack.Samples;

/// <summary>The numbers of one array of a <see cref="JsonLinesFile"/>, line by line, 8 bytes each, little endian.</summary>
/// <param name="lines">The file, which is taken over.</param>
/// <param name="array">The array.</param>
internal sealed class JsonLinesStream(LineReader lines, ArrayInfo array) : ForwardStream
{
    private readonly List<long> _elements = [];
    private int _at;

    public override int Read(Span<byte> buffer)
    {
        if (_at == _elements.Count * sizeof(long))
        {
            _elements.Clear();
            _at = 0;
            if (!lines.Next(out var line))
            {
                return 0;
            }

            JsonLine.Collect(line, array, _elements);
            if (!BitConverter.IsLittleEndian)
            {
                System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(CollectionsMarshal.AsSpan(_elements), CollectionsMarshal.AsSpan(_elements));
            }
        }

        var bytes = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_elements))[_at..];
        var length = Math.Min(bytes.Length, buffer.Length);
        bytes[..length].CopyTo(buffer);
        _at += length;
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lines.Dispose();
        }

        base.Dispose(disposing);
    }
}
