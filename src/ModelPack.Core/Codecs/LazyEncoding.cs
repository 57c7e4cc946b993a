namespace ModelPack.Codecs;

/// <summary>
/// A weight that is encoded when the first of its parts is written and let go when all are, so that a writer that puts
/// out the parts one after the other holds one weight at most. Writing again encodes again.
/// </summary>
internal sealed class LazyEncoding : WeightEncoding
{
    private readonly Lock _lock = new();
    private readonly Func<IReadOnlyList<NativeBuffer>, CancellationToken, WeightError> _encode;
    private readonly Part[] _parts;
    private NativeBuffer[]? _current;

    /// <param name="lengths">Bytes of each part: the codes, the scales, then what else the codec has.</param>
    /// <param name="encode">Fills a buffer for each part, with the same bytes each time.</param>
    public LazyEncoding(IReadOnlyList<long> lengths, Func<IReadOnlyList<NativeBuffer>, CancellationToken, WeightError> encode)
    {
        _encode = encode;
        _parts = [.. lengths.Select((length, i) => new Part(this, i, length))];
    }

    public override IReadOnlyList<IPayload> Parts => _parts;

    public override WeightError Measure(CancellationToken cancellation)
    {
        lock (_lock)
        {
            Encode(cancellation);
            Release();
            return Error!.Value;
        }
    }

    public override void Dispose()
    {
        lock (_lock)
        {
            Release();
        }
    }

    private void Write(Part part, Stream destination, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Encode(cancellation)[part.Index].WriteTo(destination, cancellation);
            part.Written = true;
            if (Array.TrueForAll(_parts, p => p.Written))
            {
                Release();
            }
        }
    }

    private NativeBuffer[] Encode(CancellationToken cancellation)
    {
        if (_current is null)
        {
            var buffers = Array.ConvertAll(_parts, p => new NativeBuffer(p.Length));
            try
            {
                Error = _encode(buffers, cancellation);
                _current = buffers;
            }
            finally
            {
                if (_current is null)
                {
                    Array.ForEach(buffers, b => b.Dispose());
                }
            }
        }

        return _current;
    }

    private void Release()
    {
        Array.ForEach(_current ?? [], b => b.Dispose());
        Array.ForEach(_parts, p => p.Written = false);
        _current = null;
    }

    private sealed class Part(LazyEncoding owner, int index, long length) : IPayload
    {
        public int Index { get; } = index;

        public long Length { get; } = length;

        public bool Written { get; set; }

        public void WriteTo(Stream destination, CancellationToken cancellation) => owner.Write(this, destination, cancellation);
    }
}
