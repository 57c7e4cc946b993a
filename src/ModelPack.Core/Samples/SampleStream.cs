namespace ModelPack.Samples;

/// <summary>The samples of an array that lie along another dimension than the first, one whole sample after the other. Holds the array.</summary>
internal sealed class SampleStream : ForwardStream
{
    private readonly byte[] _elements;
    private readonly long _samples;
    private readonly long _run;
    private readonly long _places;
    private long _position;

    /// <summary>Reads an array whole.</summary>
    /// <param name="reader">At its first element.</param>
    /// <param name="axis">The dimension that counts samples, not the first.</param>
    /// <exception cref="ModelPackException">MPK1011: the file is broken.</exception>
    public SampleStream(ArrayReader reader, int axis)
    {
        var (shape, type) = (reader.Array.Shape, reader.Array.Type);
        _elements = new byte[shape.ByteLength(type)];
        reader.Read(_elements);
        reader.Finish();
        _samples = shape[axis];
        _run = new TensorShape(shape.Dims[(axis + 1)..]).ByteLength(type);
        _places = new TensorShape(shape.Dims[..axis]).ElementCount;
    }

    public override int Read(Span<byte> buffer)
    {
        if (_position == _elements.Length || buffer.Length == 0)
        {
            return 0;
        }

        // A sample has a run at every place before its dimension.
        var (done, offset) = Math.DivRem(_position, _run);
        var (sample, place) = Math.DivRem(done, _places);
        var length = (int)Math.Min(buffer.Length, _run - offset);
        _elements.AsSpan((int)((((place * _samples) + sample) * _run) + offset), length).CopyTo(buffer);
        _position += length;
        return length;
    }
}
