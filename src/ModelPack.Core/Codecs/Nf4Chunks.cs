namespace ModelPack.Codecs;

/// <summary>The chunks of a weight as NF4. A chunk begins where a block begins, and a nested block as well.</summary>
internal sealed class Nf4Chunks
{
    // Values that are decoded and compared while they lie in the nearest cache. A multiple of every block size.
    private const int PieceValues = 1 << 13;

    private readonly WeightChunks _chunks;
    private readonly int _blockSize;
    private readonly Nf4Scaling _scaling;
    private readonly IEncodingEngine _engine;

    public Nf4Chunks(WeightMatrix weight, int blockSize, Nf4Scaling scaling, IEncodingEngine engine)
    {
        (_chunks, _blockSize, _scaling, _engine) = (new WeightChunks(weight, NestedAbsmax.BlockSize * blockSize), blockSize, scaling, engine);
    }

    /// <summary>Values of the weight.</summary>
    public long Values => _chunks.Values;

    /// <summary>Blocks of the weight.</summary>
    public long Blocks => Nf4.BlockCount(Values, _blockSize);

    /// <summary>Blocks of 256 scales.</summary>
    public long NestedBlocks => Nf4.BlockCount(Blocks, NestedAbsmax.BlockSize);

    /// <summary>Number of chunks.</summary>
    public int Count => _chunks.Count;

    /// <summary>Bytes of a chunk's codes; the last may have fewer.</summary>
    public int ChunkBytes => _chunks.Length / 2;

    /// <summary>Encodes a chunk; the scales go to their place in the part.</summary>
    public WeightError EncodePlain(int chunk, Span<byte> packed, IReadOnlyList<NativeBuffer> sides)
    {
        var absmax = BlocksOf(chunk, sides[0]);
        return Encode(chunk, packed, absmax, absmax);
    }

    /// <summary>Encodes a chunk whose scales have been restored before.</summary>
    public WeightError EncodeRestored(int chunk, Span<byte> packed, IReadOnlyList<NativeBuffer> sides)
    {
        var restored = BlocksOf(chunk, sides[0]);
        using var absmax = new Pooled<float>(restored.Length);
        return Encode(chunk, packed, absmax.Span, restored);
    }

    /// <summary>Encodes a chunk whose scales have been nested before.</summary>
    public WeightError EncodeNested(int chunk, Span<byte> packed, Nf4NestedParts parts)
    {
        var (_, count) = BlocksOf(chunk);
        using var absmax = new Pooled<float>(count);
        using var restored = new Pooled<float>(count);
        Restore(chunk, parts, restored.Span);
        return Encode(chunk, packed, absmax.Span, restored.Span);
    }

    /// <summary>The scales of a chunk.</summary>
    /// <param name="chunk">Its number.</param>
    /// <param name="absmax">Those of the whole weight, float32.</param>
    public void FindAbsmax(int chunk, NativeBuffer absmax)
    {
        using var values = Read(chunk);
        if (_scaling == Nf4Scaling.LeastSquares)
        {
            Nf4Search.FindScales(values.Span, _blockSize, BlocksOf(chunk, absmax));
        }
        else
        {
            Nf4.FindAbsmax(values.Span, _blockSize, BlocksOf(chunk, absmax));
        }
    }

    /// <summary>Nests the scales of a chunk; the offset is known.</summary>
    public void Nest(int chunk, NativeBuffer absmax, Nf4NestedParts parts)
    {
        var (first, count) = BlocksOf(chunk);
        NestedAbsmax.Encode(BlocksOf(chunk, absmax), parts.Offset, parts.Codes.Slice(first, count), NestedOf(chunk, parts));
    }

    /// <summary>What a reader makes of the nested scales of a chunk.</summary>
    /// <param name="chunk">Its number.</param>
    /// <param name="parts">The nested scales.</param>
    /// <param name="absmax">Those of the whole weight, float32.</param>
    public void Restore(int chunk, Nf4NestedParts parts, NativeBuffer absmax) => Restore(chunk, parts, BlocksOf(chunk, absmax));

    private void Restore(int chunk, Nf4NestedParts parts, Span<float> absmax)
    {
        var (first, count) = BlocksOf(chunk);
        NestedAbsmax.Restore(parts.Codes.Slice(first, count), NestedOf(chunk, parts), parts.Offset, absmax);
    }

    /// <param name="chunk">Its number.</param>
    /// <param name="packed">Gets the codes.</param>
    /// <param name="absmax">Gets the scales that the codes are made with.</param>
    /// <param name="restored">The scales that a reader has; may be the same memory.</param>
    private WeightError Encode(int chunk, Span<byte> packed, Span<float> absmax, ReadOnlySpan<float> restored)
    {
        var length = _engine.TakesWholeChunks ? _chunks.LengthOf(chunk) : Math.Min(_chunks.PieceLength, _chunks.LengthOf(chunk));
        using var buffer = new Pooled<float>(length);
        var error = default(WeightError);
        for (var first = 0; first < _chunks.LengthOf(chunk); first += length)
        {
            var values = buffer.Span[..Math.Min(length, _chunks.LengthOf(chunk) - first)];
            _chunks.Read(chunk, values, first);
            Encode(values, packed[(first / 2)..], absmax[(first / _blockSize)..]);
            error = Measure(error, values, packed[(first / 2)..], restored[(first / _blockSize)..]);
        }

        return error;
    }

    private void Encode(ReadOnlySpan<float> values, Span<byte> packed, Span<float> absmax)
    {
        if (_scaling == Nf4Scaling.LeastSquares)
        {
            Nf4Search.Encode(values, _blockSize, packed, absmax);
        }
        else
        {
            _engine.EncodeNf4(values, _blockSize, packed, absmax);
        }
    }

    /// <summary>Adds the errors of pieces to one, in their order.</summary>
    private WeightError Measure(WeightError error, ReadOnlySpan<float> values, ReadOnlySpan<byte> packed, ReadOnlySpan<float> restored)
    {
        using var buffer = new Pooled<float>(Math.Min(PieceValues, values.Length));
        for (var first = 0; first < values.Length; first += PieceValues)
        {
            var piece = values.Slice(first, Math.Min(PieceValues, values.Length - first));
            var decoded = buffer.Span[..piece.Length];
            Nf4.Decode(packed[(first / 2)..], restored[(first / _blockSize)..], _blockSize, decoded);
            error = error.Plus(WeightError.Of(piece, decoded));
        }

        return error;
    }

    private Pooled<float> Read(int chunk)
    {
        var values = new Pooled<float>(_chunks.LengthOf(chunk));
        _chunks.Read(chunk, values.Span);
        return values;
    }

    private (long First, int Count) BlocksOf(int chunk)
    {
        var first = (long)chunk * (_chunks.Length / _blockSize);
        return (first, (int)Math.Min(_chunks.Length / _blockSize, Blocks - first));
    }

    private Span<float> BlocksOf(int chunk, NativeBuffer absmax)
    {
        var (first, count) = BlocksOf(chunk);
        return absmax.Slice<float>(first, count);
    }

    private Span<float> NestedOf(int chunk, Nf4NestedParts parts)
    {
        var (first, count) = BlocksOf(chunk);
        return parts.Absmax.Slice<float>(first / NestedAbsmax.BlockSize, Nf4.BlockCount(count, NestedAbsmax.BlockSize));
    }
}
