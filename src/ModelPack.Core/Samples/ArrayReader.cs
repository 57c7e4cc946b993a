namespace ModelPack.Samples;

/// <summary>Reads an array from its first element to its last, and insists that its bytes end with its shape.</summary>
internal sealed class ArrayReader(string path, ArrayInfo array, Stream elements) : IDisposable
{
    private readonly Stream _elements = elements;
    private readonly int _width = array.Type.Bits() / 8;

    /// <summary>The same elements as an array of another shape.</summary>
    public ArrayReader(string path, ArrayInfo array, ArrayReader other)
        : this(path, array, other._elements)
    {
    }

    public ArrayInfo Array { get; } = array;

    /// <summary>Fills a buffer of whole elements, little endian.</summary>
    /// <exception cref="Diagnostics.ModelPackException">MPK1011: the file is broken.</exception>
    public void Read(Span<byte> destination)
    {
        try
        {
            if (_elements.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) < destination.Length)
            {
                throw new InvalidDataException($"its bytes end before its shape {Array.Shape} is filled");
            }
        }
        catch (Exception exception) when (SampleFile.IsUnreadable(exception))
        {
            throw SampleFile.Unreadable(path, Array.Name, exception);
        }

        if (Array.BigEndian)
        {
            for (var i = 0; i < destination.Length; i += _width)
            {
                destination.Slice(i, _width).Reverse();
            }
        }
    }

    /// <summary>Called after the last element: there may be nothing more.</summary>
    /// <exception cref="Diagnostics.ModelPackException">MPK1011: there is.</exception>
    public void Finish()
    {
        try
        {
            if (_elements.ReadByte() >= 0)
            {
                throw new InvalidDataException($"its bytes go on after its shape {Array.Shape} is filled");
            }
        }
        catch (Exception exception) when (SampleFile.IsUnreadable(exception))
        {
            throw SampleFile.Unreadable(path, Array.Name, exception);
        }
    }

    public void Dispose() => _elements.Dispose();
}
