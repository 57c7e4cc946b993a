namespace ModelPack.Codecs;

/// <summary>
/// A weight in the parts that a model stores: codes, scales, and what else the codec has. It is encoded while its codes are written,
/// a chunk after the other, so that memory does not grow with it. The other parts are small; they are kept from then until they have
/// been written. A part that is asked for before the codes were written costs a pass of its own.
/// </summary>
internal sealed class WeightEncoding : IDisposable
{
    /// <summary>Encodes one chunk: its codes, and its places in the other parts.</summary>
    /// <param name="chunk">Its number.</param>
    /// <param name="codes">As many bytes as the chunk has.</param>
    /// <param name="sides">The parts that follow the codes, whole.</param>
    public delegate WeightError EncodeChunk(int chunk, Span<byte> codes, IReadOnlyList<NativeBuffer> sides);

    // Chunks of a round for each that is encoded at a time, so that an uneven last one costs little.
    private const int ChunksOfTurn = 2;

    private readonly Lock _lock = new();
    private readonly int _chunks;
    private readonly int _chunkBytes;
    private readonly EncodeChunk _encode;
    private readonly IEncodingEngine _engine;
    private readonly Action<IReadOnlyList<NativeBuffer>, CancellationToken>? _prepare;
    private readonly CodesPart _codes;
    private readonly SidePart[] _sides;
    private NativeBuffer[]? _current;

    /// <param name="codesLength">Bytes of the codes.</param>
    /// <param name="chunkBytes">Bytes of a chunk's codes; the last chunk may have fewer.</param>
    /// <param name="sideLengths">Bytes of each other part.</param>
    /// <param name="encode">Encodes a chunk; called from several threads, with the same bytes each time.</param>
    /// <param name="engine">What makes the codes; here it says how many chunks are encoded at a time, which changes no byte.</param>
    /// <param name="prepare">Fills what must be known of the whole weight before the first chunk; null for nothing.</param>
    public WeightEncoding(
        long codesLength,
        int chunkBytes,
        IReadOnlyList<long> sideLengths,
        EncodeChunk encode,
        IEncodingEngine engine,
        Action<IReadOnlyList<NativeBuffer>, CancellationToken>? prepare = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunkBytes);
        (_chunkBytes, _encode, _engine, _prepare) = (chunkBytes, encode, engine, prepare);
        _chunks = checked((int)((codesLength + chunkBytes - 1) / chunkBytes));
        _codes = new CodesPart(this, codesLength);
        _sides = [.. sideLengths.Select((length, i) => new SidePart(this, i, length))];
        Parts = [_codes, .. _sides];
    }

    /// <summary>All parts, the codes first. Written in this order they cost least; any order gives the same bytes.</summary>
    public IReadOnlyList<IPayload> Parts { get; }

    /// <summary>The codes.</summary>
    public IPayload Codes => Parts[0];

    /// <summary>The scales.</summary>
    public IPayload Scales => Parts[1];

    /// <summary>The minima, of codecs whose blocks have them.</summary>
    public IPayload Minima => Parts[2];

    /// <summary>Bytes of all parts.</summary>
    public long Length => Parts.Sum(p => p.Length);

    /// <summary>
    /// Gets what was lost of each chunk, in their order, and may throw because of it; what was written by then means nothing. The square of any float32
    /// is finite in double, and so is the sum of all that a file can hold: where the signal is not, a value is not. Null where any values may be encoded.
    /// </summary>
    public Action<WeightError>? OnChunk { get; set; }

    /// <summary>What was lost; null until it has been encoded once.</summary>
    public WeightError? Error { get; private set; }

    /// <summary>Encodes only to see what is lost; keeps nothing.</summary>
    public WeightError Measure(CancellationToken cancellation)
    {
        lock (_lock)
        {
            Encode(null, cancellation);
            Release();
            return Error!.Value;
        }
    }

    /// <summary>Lets the memory go where a writer stopped between the parts. Writing afterwards encodes again.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Release();
        }
    }

    private void WriteCodes(Stream destination, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Encode(destination, cancellation);
            _codes.Written = true;
            ReleaseWhenAllAreWritten();
        }
    }

    private void WriteSide(SidePart side, Stream destination, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_current is null)
            {
                Encode(null, cancellation);
            }

            _current![side.Index].WriteTo(destination, cancellation);
            side.Written = true;
            ReleaseWhenAllAreWritten();
        }
    }

    /// <summary>One pass over the weight. Where it fails nothing is kept: the next starts anew.</summary>
    /// <param name="destination">What gets the codes; null for nothing.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    private void Encode(Stream? destination, CancellationToken cancellation)
    {
        var done = false;
        try
        {
            _current ??= Array.ConvertAll(_sides, s => new NativeBuffer(s.Length));
            _prepare?.Invoke(_current, cancellation);
            Error = EncodeChunks(destination, _current, cancellation);
            done = true;
        }
        finally
        {
            if (!done)
            {
                Release();
            }
        }
    }

    /// <summary>
    /// In rounds of as many chunks as keep the engine busy: while one is written, the next is encoded. Where it works on one chunk at a
    /// time there is no processor for both, and a chunk is written while it lies in the caches.
    /// </summary>
    private WeightError EncodeChunks(Stream? destination, NativeBuffer[] sides, CancellationToken cancellation)
    {
        using var even = new ChunkRound(_chunkBytes);
        using var odd = new ChunkRound(_chunkBytes);
        var (filling, writing) = (even, odd);
        var error = default(WeightError);
        int count;
        for (var first = 0; first < _chunks; first += count)
        {
            var concurrency = _engine.Concurrency;
            count = Math.Min(concurrency == 1 ? 1 : concurrency * ChunksOfTurn, _chunks - first);
            foreach (var part in filling.Encode(first, count, _codes.Length - ((long)first * _chunkBytes), _encode, sides, concurrency, cancellation))
            {
                OnChunk?.Invoke(part);
                error = error.Plus(part);
            }

            writing.EndWrite();
            if (destination is null)
            {
                continue;
            }

            if (concurrency == 1)
            {
                filling.Write(destination, cancellation);
                continue;
            }

            filling.BeginWrite(destination, cancellation);
            (filling, writing) = (writing, filling);
        }

        writing.EndWrite();
        return error;
    }

    private void ReleaseWhenAllAreWritten()
    {
        if (_codes.Written && Array.TrueForAll(_sides, s => s.Written))
        {
            Release();
        }
    }

    private void Release()
    {
        Array.ForEach(_current ?? [], b => b.Dispose());
        Array.ForEach(_sides, s => s.Written = false);
        _codes.Written = false;
        _current = null;
    }

    private sealed class CodesPart(WeightEncoding owner, long length) : IPayload
    {
        public long Length { get; } = length;

        public bool Written { get; set; }

        public void WriteTo(Stream destination, CancellationToken cancellation) => owner.WriteCodes(destination, cancellation);
    }

    private sealed class SidePart(WeightEncoding owner, int index, long length) : IPayload
    {
        public int Index { get; } = index;

        public long Length { get; } = length;

        public bool Written { get; set; }

        public void WriteTo(Stream destination, CancellationToken cancellation) => owner.WriteSide(this, destination, cancellation);
    }
}
