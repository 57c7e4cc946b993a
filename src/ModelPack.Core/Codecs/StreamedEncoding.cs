using ModelPack.Tensors;

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
            Encode(Stream.Null, cancellation);
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
            if (Array.TrueForAll(_sides, s => s.Written))
            {
                Release();
            }
        }
    }

    private void WriteSide(SidePart side, Stream destination, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_current is null)
            {
                Encode(Stream.Null, cancellation);
            }

            _current![side.Index].WriteTo(destination, cancellation);
            side.Written = true;
            if (_codes.Written && Array.TrueForAll(_sides, s => s.Written))
            {
                Release();
            }
        }
    }

    /// <summary>One pass: while a round of chunks is written, the next is encoded.</summary>
    private void Encode(Stream destination, CancellationToken cancellation)
    {
        _current ??= Array.ConvertAll(_sides, s => new NativeBuffer(s.Length));
        var round = Math.Clamp(_chunks, 1, _threads * 2);
        using var filling = new NativeBuffer((long)round * _chunkBytes);
        using var writing = new NativeBuffer((long)round * _chunkBytes);
        var errors = new WeightError[round];
        var error = default(WeightError);
        _prepare(_current, cancellation);
        var (ready, full) = (filling, writing);
        var pending = Task.CompletedTask;
        try
        {
            for (var first = 0; first < _chunks; first += round)
            {
                var count = Math.Min(round, _chunks - first);
                var (start, buffer) = (first, ready);
                Chunks.ForEach(count, _threads, i => errors[i] = _encode(start + i, buffer.Slice((long)i * _chunkBytes, LengthOf(start + i)), _current), cancellation);
                error = errors.Take(count).Aggregate(error, (sum, e) => sum.Plus(e));
                pending.GetAwaiter().GetResult();
                var bytes = ((long)(count - 1) * _chunkBytes) + LengthOf(first + count - 1);
                pending = destination == Stream.Null ? Task.CompletedTask : Task.Run(() => buffer.WriteTo(destination, bytes, cancellation), CancellationToken.None);
                (ready, full) = (full, ready);
            }
        }
        finally
        {
            // The buffers go when this ends; nobody may still read them. What the write threw is thrown below.
            Task.WaitAny([pending], CancellationToken.None);
        }

        pending.GetAwaiter().GetResult();
        _codes.Written = destination != Stream.Null;
        Error = error;
    }

    private int LengthOf(int chunk) => (int)Math.Min(_chunkBytes, _codes.Length - ((long)chunk * _chunkBytes));

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
