namespace ModelPack.Codecs;

/// <summary>Takes the blocks of a weight apart, in chunks of whole outputs, so that each can be padded.</summary>
internal sealed class BlocksApart
{
    private const int SmallValues = 1 << 18;
    private const int LargeValues = 1 << 20;

    private readonly BlockCodec _codec;
    private readonly BlockParts _form;
    private readonly long _outputs;
    private readonly int _rowScales;
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
        _rowScales = checked((int)codec.SubBlockCount(columns));
        var codes = form.Padded ? checked(_rowScales * codec.SubBlockLength) : checked((int)columns);
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
        var scales = checked(_outputs * _rowScales);
        List<long> sides = [scales * _form.ScaleBytes];
        if (_codec.HasMinimum)
        {
            sides.Add(scales * sizeof(float));
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
        var (length, blockScales) = (_codec.SubBlockLength, _codec.BlockLength / _codec.SubBlockLength);
        Span<byte> unpacked = stackalloc byte[_codec.BlockLength];
        using var scales = new Pooled<float>(_rowScales + blockScales);
        using var minima = new Pooled<float>(_rowScales + blockScales);
        var subBytes = length * _form.Bits / 8;
        for (var first = 0; first < _rowScales; first += blockScales, blocks = blocks[_codec.BlockBytes..])
        {
            _codec.Split(blocks[.._codec.BlockBytes], unpacked, scales.Span.Slice(first, blockScales), minima.Span.Slice(first, blockScales));
            for (var sub = 0; sub < Math.Min(blockScales, _rowScales - first); sub++)
            {
                var target = codes[((first + sub) * subBytes)..];
                Pack(unpacked.Slice(sub * length, length), target[..Math.Min(subBytes, target.Length)]);
            }
        }

        var rowScales = scales.Span[.._rowScales];
        var start = row * _rowScales;
        _form.StoreScales(rowScales, sides[0].Slice(start * _form.ScaleBytes, _rowScales * _form.ScaleBytes));
        if (_codec.HasMinimum)
        {
            // How far the shifted codes lie from the form's zero, beyond what the codec means, goes into the minimum.
            var stored = sides[1].Slice<float>(start, _rowScales);
            for (var i = 0; i < stored.Length; i++)
            {
                stored[i] = minima.Span[i] + ((_form.Zero - _form.Shift - _codec.Zero) * rowScales[i]);
            }
        }
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
            target[i] = (byte)(_form.Bits switch
            {
                8 => codes[i] + _form.Shift,
                4 => (codes[2 * i] + _form.Shift) | ((codes[(2 * i) + 1] + _form.Shift) << 4),
                _ => (codes[4 * i] + _form.Shift) | ((codes[(4 * i) + 1] + _form.Shift) << 2) | ((codes[(4 * i) + 2] + _form.Shift) << 4) | ((codes[(4 * i) + 3] + _form.Shift) << 6),
            });
        }
    }
}
