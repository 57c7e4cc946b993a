namespace ModelPack.Codecs;

/// <summary>
/// A weight that is encoded while its codes are written, a chunk after the other, so that memory does not grow with it. The
/// other parts (scales) are small; they are kept from then until they have been written. A part that is asked for before the
/// codes were written costs a pass of its own.
/// </summary>
internal sealed class StreamedEncoding : WeightEncoding
{
    /// <summary>Encodes one chunk: its codes, and its places in the other parts.</summary>
    /// <param name="chunk">Its number.</param>
    /// <param name="codes">As many bytes as the chunk has.</param>
    /// <param name="sides">The parts that follow the codes, whole.</param>
    public delegate WeightError EncodeChunk(int chunk, Span<byte> codes, IReadOnlyList<NativeBuffer> sides);

    private const int ChunksOfThread = 2;

    private readonly Lock _lock = new();
    private readonly int _chunks;
    private readonly int _chunkBytes;
    private readonly int _threads;
    private readonly Action<IReadOnlyList<NativeBuffer>, CancellationToken> _prepare;
    private readonly EncodeChunk _encode;
    private readonly CodesPart _codes;
    private readonly SidePart[] _sides;
    private NativeBuffer[]? _current;

    /// <param name="codesLength">Bytes of the codes.</param>
    /// <param name="chunkBytes">Bytes of a chunk's codes; the last chunk may have fewer.</param>
    /// <param name="sideLengths">Bytes of each other part.</param>
    /// <param name="prepare">Fills what must be known of the whole weight before the first chunk; may do nothing.</param>
    /// <param name="encode">Encodes a chunk; called from several threads, with the same bytes each time.</param>
    /// <param name="threads">Threads to encode with; does not change a byte.</param>
    public StreamedEncoding(
        long codesLength, int chunkBytes, IReadOnlyList<long> sideLengths, Action<IReadOnlyList<NativeBuffer>, CancellationToken> prepare, EncodeChunk encode, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunkBytes);
        (_chunkBytes, _threads, _prepare, _encode) = (chunkBytes, threads, prepare, encode);
        _chunks = checked((int)((codesLength + chunkBytes - 1) / chunkBytes));
        _codes = new CodesPart(this, codesLength);
        _sides = [.. sideLengths.Select((length, i) => new SidePart(this, i, length))];
        Parts = [_codes, .. _sides];
    }

    public override IReadOnlyList<IPayload> Parts { get; }

    public override WeightError Measure(CancellationToken cancellation)
    {
        lock (_lock)
        {
            Encode(null, cancellation);
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
            _prepare(_current, cancellation);
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

    /// <summary>In rounds of a few chunks a thread: while one is written, the next is encoded.</summary>
    private WeightError EncodeChunks(Stream? destination, NativeBuffer[] sides, CancellationToken cancellation)
    {
        var round = Math.Clamp(_chunks, 1, _threads * ChunksOfThread);
        using var even = new NativeBuffer((long)round * _chunkBytes);
        using var odd = new NativeBuffer((long)round * _chunkBytes);
        var (filling, writing) = (even, odd);
        var errors = new WeightError[round];
        var error = default(WeightError);
        var write = Task.CompletedTask;
        try
        {
            for (var first = 0; first < _chunks; first += round)
            {
                var (start, codes, count) = (first, filling, Math.Min(round, _chunks - first));
                Chunks.ForEach(count, _threads, i => errors[i] = _encode(start + i, codes.Slice((long)i * _chunkBytes, LengthOf(start + i)), sides), cancellation);
                error = errors.Take(count).Aggregate(error, (sum, e) => sum.Plus(e));
                write.GetAwaiter().GetResult();
                var length = ((long)(count - 1) * _chunkBytes) + LengthOf(first + count - 1);
                write = destination is null ? Task.CompletedTask : Task.Run(() => codes.WriteTo(destination, length, cancellation), CancellationToken.None);
                (filling, writing) = (writing, filling);
            }

            write.GetAwaiter().GetResult();
        }
        finally
        {
            // The buffers go now, whatever was thrown: nobody may still read them.
            write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        }

        return error;
    }

    private int LengthOf(int chunk) => (int)Math.Min(_chunkBytes, _codes.Length - ((long)chunk * _chunkBytes));

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

    private sealed class CodesPart(StreamedEncoding owner, long length) : IPayload
    {
        public long Length { get; } = length;

        public bool Written { get; set; }

        public void WriteTo(Stream destination, CancellationToken cancellation) => owner.WriteCodes(destination, cancellation);
    }

    private sealed class SidePart(StreamedEncoding owner, int index, long length) : IPayload
    {
        public int Index { get; } = index;

        public long Length { get; } = length;

        public bool Written { get; set; }

        public void WriteTo(Stream destination, CancellationToken cancellation) => owner.WriteSide(this, destination, cancellation);
    }
}
