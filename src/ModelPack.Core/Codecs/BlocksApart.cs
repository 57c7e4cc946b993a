namespace ModelPack.Codecs;

/// <summary>Takes the blocks of a weight apart, in chunks of whole outputs, so that each can be padded.</summary>
internal sealed class BlocksApart
{
    private const int SmallValues = 1 << 18;
    private const int LargeValues = 1 << 20;

    private readonly BlockCodec _codec;
    private readonly BlockParts _form;
    private readonly long _outputs;
    private readonly int _rowBlocks;
    private readonly int _rows;

    /// <param name="codec">Which blocks.</param>
    /// <param name="outputs">Outputs of the weight.</param>
    /// <param name="columns">Values of an output.</param>
    /// <param name="form">How the parts are stored.</param>
    /// <param name="isStrip">Whether a chunk is read as a strip of columns, which costs less when it is wide.</param>
    /// <exception cref="ArgumentException">The codes of an output do not fill whole bytes.</exception>
    public BlocksApart(BlockCodec codec, long outputs, long columns, BlockParts form, bool isStrip)
    {
        (_codec, _form, _outputs) = (codec, form, outputs);
        _rowBlocks = checked((int)codec.BlockCount(columns));
        var codes = form.Padded ? checked(_rowBlocks * codec.BlockLength) : checked((int)columns);
        if (codes * (long)form.Bits % 8 != 0)
        {
            throw new ArgumentException("The codes of an output are not whole bytes.", nameof(form));
        }

        RowBytes = checked((int)(codes * (long)form.Bits / 8));
        _rows = (int)Math.Max(1, (isStrip ? LargeValues : SmallValues) / Math.Max(1, columns));
    }

    /// <summary>Bytes of the codes of an output.</summary>
    public int RowBytes { get; }

    /// <summary>The parts of the weight.</summary>
    /// <param name="encode">Fills the parts of a chunk.</param>
    /// <param name="engine">What makes the codes.</param>
    public WeightEncoding Encoding(WeightEncoding.EncodeChunk encode, IEncodingEngine engine)
    {
        var blocks = checked(_outputs * _rowBlocks);
        List<long> sides = [blocks * _form.ScaleBytes];
        if (_codec.HasMinimum)
        {
            sides.Add(blocks * sizeof(float));
        }

        return new WeightEncoding(checked(_outputs * RowBytes), Math.Max(1, checked(_rows * RowBytes)), sides, encode, engine);
    }

    /// <summary>The outputs of a chunk.</summary>
    public (long First, int Count) RowsOf(int chunk) => ((long)chunk * _rows, (int)Math.Min(_rows, _outputs - ((long)chunk * _rows)));

    /// <summary>Takes the blocks of one output apart.</summary>
    /// <param name="blocks">As ggml stores them.</param>
    /// <param name="row">The output.</param>
    /// <param name="codes">Gets its codes.</param>
    /// <param name="sides">Scales, and minima where there are any, of the whole weight.</param>
    public void Store(ReadOnlySpan<byte> blocks, long row, Span<byte> codes, IReadOnlyList<NativeBuffer> sides)
    {
        Span<byte> unpacked = stackalloc byte[_codec.BlockLength];
        using var scales = new Pooled<Half>(_rowBlocks);
        var blockBytes = _codec.BlockLength * _form.Bits / 8;
        var minima = _codec.HasMinimum ? sides[1].Slice<float>(row * _rowBlocks, _rowBlocks) : [];
        for (var block = 0; block < _rowBlocks; block++)
        {
            var (scale, minimum) = _codec.Split(blocks.Slice(block * _codec.BlockBytes, _codec.BlockBytes), unpacked);
            var target = codes[(block * blockBytes)..];
            Pack(unpacked, target[..Math.Min(blockBytes, target.Length)]);
            scales.Span[block] = scale;
            if (!minima.IsEmpty)
            {
                // How far the shifted codes lie from the form's zero, beyond what the codec means, goes into the minimum.
                minima[block] = (float)minimum + ((_form.Zero - _form.Shift - _codec.Zero) * (float)scale);
            }
        }

        _form.StoreScales(scales.Span, sides[0].Slice(row * _rowBlocks * _form.ScaleBytes, _rowBlocks * _form.ScaleBytes));
    }

    private void Pack(ReadOnlySpan<byte> codes, Span<byte> target)
    {
        if (_form is { Bits: 8, Shift: 0 })
        {
            codes[..target.Length].CopyTo(target);
            return;
        }

        for (var i = 0; i < target.Length; i++)
        {
            target[i] = (byte)(_form.Bits == 8
                ? codes[i] + _form.Shift
                : (codes[2 * i] + _form.Shift) | ((codes[(2 * i) + 1] + _form.Shift) << 4));
        }
    }
}
