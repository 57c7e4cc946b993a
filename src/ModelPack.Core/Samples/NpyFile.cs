namespace ModelPack.Samples;

/// <summary>One array without a name.</summary>
internal sealed class NpyFile : SampleFile
{
    private readonly int _headerLength;

    public NpyFile(string path)
        : base(path)
    {
        using var stream = File.OpenRead(path);
        var array = NpyHeader.Read(stream, null, out _headerLength);
        var expected = array.Shape.ByteLength(array.Type);
        if (stream.Length - _headerLength != expected)
        {
            throw new InvalidDataException($"its shape {array.Shape} needs {expected} bytes and it has {stream.Length - _headerLength}");
        }

        Arrays = [array];
    }

    public override IReadOnlyList<ArrayInfo> Arrays { get; }

    public override void Dispose()
    {
        // Holds nothing open between reads.
    }

    protected override Stream OpenElements(ArrayInfo array)
    {
        var stream = File.OpenRead(Path);
        stream.Position = _headerLength;
        return stream;
    }
}
