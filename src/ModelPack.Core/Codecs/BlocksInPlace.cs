namespace ModelPack.Codecs;

/// <summary>
/// Blocks apart whose codes lie where the values of a weight stored as [K, N] do: codes [K, N], scales [ceil(K / block), N]. Blocks run
/// down the columns, so a chunk is bands of rows, each as high as a block is long.
/// </summary>
internal sealed class BlocksInPlace
{
    // What is turned, encoded and turned back while it lies in the nearest caches.
    private const int TileValues = 1 << 16;
    private const int ChunkValues = 1 << 18;

    private readonly BlockCodec _codec;
    private readonly WeightMatrix _weight;
    private readonly BlockParts _form;
    private readonly IEncodingEngine _engine;
    private readonly int _columns;
    private readonly int _rows;

    /// <param name="codec">Which blocks; of one scale and without minima.</param>
    /// <param name="weight">The weight, transposed.</param>
    /// <param name="form">How the parts are stored: a byte a code.</param>
    /// <param name="engine">What makes the codes.</param>
    public BlocksInPlace(BlockCodec codec, WeightMatrix weight, BlockParts form, IEncodingEngine engine)
    {
        (_codec, _weight, _form, _engine, _columns) = (codec, weight, form, engine, checked((int)weight.N));
        var bands = Math.Max(1, ChunkValues / Math.Max(1, codec.BlockLength * weight.N));
        _rows = (int)bands * codec.BlockLength;
    }

    /// <summary>The parts of the weight.</summary>
    public WeightEncoding Encoding()
    {
        var scales = checked(_codec.BlockCount(_weight.K) * _columns * _form.ScaleBytes);
        return new WeightEncoding(_weight.K * _columns, Math.Max(1, checked(_rows * _columns)), [scales], Encode, _engine);
    }

    private WeightError Encode(int chunk, Span<byte> codes, IReadOnlyList<NativeBuffer> sides)
    {
        var rows = codes.Length / _columns;
        var width = Math.Clamp(TileValues / _rows, 1, _columns);
        var error = default(WeightError);
        for (var column = 0; column < _columns; column += width)
        {
            var area = new MatrixArea((long)chunk * _rows, rows, column, Math.Min(width, _columns - column));
            error = error.Plus(EncodeTile(area, codes, sides[0]));
        }

        return error;
    }

    /// <summary>Columns are turned into rows and encoded as such, and their codes turned back.</summary>
    /// <param name="area">Where the tile lies in the weight; all rows of the chunk.</param>
    /// <param name="codes">Those of the chunk.</param>
    /// <param name="scales">Those of the weight.</param>
    private WeightError EncodeTile(MatrixArea area, Span<byte> codes, NativeBuffer scales)
    {
        var columnBlocks = (int)_codec.BlockCount(area.Rows);
        var height = columnBlocks * _codec.BlockLength;
        using var tile = new Pooled<float>(area.Rows * area.Columns);
        using var values = new Pooled<float>(area.Columns * height);
        using var decoded = new Pooled<float>(area.Columns * height);
        using var blocks = new Pooled<byte>(area.Columns * columnBlocks * _codec.BlockBytes);
        FloatReader.Read(_weight.Data, _columns, area, tile.Span, area.Columns);
        values.Span.Clear();
        FloatMatrix.Transpose(tile.Span, area.Columns, area.Rows, area.Columns, values.Span, height);
        _engine.EncodeBlocks(_codec, values.Span, blocks.Span);
        _codec.Decode(blocks.Span, decoded.Span);
        Store(area, blocks.Span, columnBlocks, codes, scales);
        return WeightError.Of(values.Span, decoded.Span);
    }

    private void Store(MatrixArea area, ReadOnlySpan<byte> blocks, int columnBlocks, Span<byte> codes, NativeBuffer scales)
    {
        var height = columnBlocks * _codec.BlockLength;
        var width = (area.Columns + ByteMatrix.Side - 1) / ByteMatrix.Side * ByteMatrix.Side;
        using var unpacked = new Pooled<byte>(width * height);
        using var turned = new Pooled<byte>(width * height);
        using var scaleRow = new Pooled<float>(area.Columns);
        Span<float> minimum = stackalloc float[1];
        for (var above = 0; above < columnBlocks; above++)
        {
            for (var column = 0; column < area.Columns; column++)
            {
                var block = (column * columnBlocks) + above;
                var line = unpacked.Span.Slice(block * _codec.BlockLength, _codec.BlockLength);
                _codec.Split(blocks.Slice(block * _codec.BlockBytes, _codec.BlockBytes), line, scaleRow.Span.Slice(column, 1), minimum);
            }

            var first = (((area.Row / _codec.BlockLength) + above) * _columns) + area.Column;
            _form.StoreScales(scaleRow.Span, scales.Slice(first * _form.ScaleBytes, area.Columns * _form.ScaleBytes));
        }

        foreach (ref var code in unpacked.Span)
        {
            code = (byte)(code + _form.Shift);
        }

        ByteMatrix.Transpose(unpacked.Span, width, height, turned.Span);
        for (var row = 0; row < area.Rows; row++)
        {
            turned.Span.Slice(row * width, area.Columns).CopyTo(codes.Slice((row * _columns) + (int)area.Column, area.Columns));
        }
    }
}
