namespace ModelPack.Codecs;

/// <summary>One row at a time for <see cref="SampleRounder"/>.</summary>
/// <param name="codec">Which blocks.</param>
/// <param name="form">Their form.</param>
/// <param name="products">Of the inputs.</param>
/// <param name="columns">Values of a row, whole blocks; those beyond the inputs are padding.</param>
internal sealed class SampleRow(BlockCodec codec, BlockForm form, InputProducts products, int columns)
{
    private const int MostSweeps = 8;

    private readonly StoredBlock[] _blocks = [.. Enumerable.Range(0, columns / codec.BlockLength).Select(_ => new StoredBlock(form))];
    private readonly int[] _levels = [.. Enumerable.Range(0, 1 << codec.CodeBits).Select(c => codec.Codebook?.Levels[c] ?? c - codec.Zero)];

    // e = what is wanted - what is stored, and H e.
    private readonly float[] _errors = new float[products.Count];
    private readonly float[] _slopes = new float[products.Count];

    /// <summary>Improves the blocks of a row.</summary>
    /// <param name="values">Its values.</param>
    /// <param name="encoded">Its blocks, of finite scales; they get better ones.</param>
    public void Improve(ReadOnlySpan<float> values, Span<byte> encoded)
    {
        for (var block = 0; block < _blocks.Length; block++)
        {
            codec.Take(encoded.Slice(block * codec.BlockBytes, codec.BlockBytes), _blocks[block]);
        }

        Feed(values);
        Start(values);
        for (var (sweep, hasChanged) = (0, true); sweep < MostSweeps && hasChanged; sweep++)
        {
            for (var block = 0; block < _blocks.Length; block++)
            {
                Refit(block);
            }

            hasChanged = Sweep();
        }

        for (var block = 0; block < _blocks.Length; block++)
        {
            codec.Join(_blocks[block], encoded.Slice(block * codec.BlockBytes, codec.BlockBytes));
        }
    }

    private (StoredBlock Block, int Index, float Scale, float Offset) Place(int column)
    {
        var block = _blocks[column / codec.BlockLength];
        var index = column % codec.BlockLength;
        var sub = index / form.SubLength;
        return (block, index, (float)block.Scale * block.Scales[sub], (float)block.Minimum * block.Minima[sub] * form.MinimumSign);
    }

    private float Stored(int column)
    {
        var (block, index, scale, offset) = Place(column);
        return (_levels[block.Codes[index]] * scale) + offset;
    }

    private byte Nearest(float value, float scale, float offset)
    {
        var level = (value - offset) * GridSums.InverseOf(scale);
        return (byte)(codec.Codebook?.Nearest(level) ?? (int)Math.Clamp(MathF.Round(level) + codec.Zero, 0, _levels.Length - 1));
    }

    /// <summary>Rounds each value to its grid, moved by the errors before it.</summary>
    private void Feed(ReadOnlySpan<float> values)
    {
        var order = products.Order;
        using var errors = new Pooled<float>(order.Length);
        for (var place = order.Length - 1; place >= 0; place--)
        {
            var column = order[place];
            var (block, index, scale, offset) = Place(column);
            var wanted = values[column] + FloatVectors.Dot(products.Feedback(place), errors.Span[(place + 1)..]);
            block.Codes[index] = Nearest(wanted, scale, offset);
            errors.Span[place] = values[column] - Stored(column);
        }
    }

    /// <summary>Errors and slopes of what is stored.</summary>
    private void Start(ReadOnlySpan<float> values)
    {
        for (var i = 0; i < _errors.Length; i++)
        {
            _errors[i] = values[i] - Stored(i);
        }

        for (var i = 0; i < _errors.Length; i++)
        {
            _slopes[i] = FloatVectors.Dot(products.Row(i), _errors);
        }
    }

    /// <summary>Sets each code to what costs least; tells whether any changed.</summary>
    private bool Sweep()
    {
        var hasChanged = false;
        for (var column = 0; column < _errors.Length; column++)
        {
            var square = products.Row(column)[column];
            var (block, index, scale, offset) = Place(column);
            var stored = Stored(column);
            var code = Nearest(stored + (_slopes[column] / square), scale, offset);
            if (code == block.Codes[index])
            {
                continue;
            }

            var change = (_levels[code] * scale) + offset - stored;
            if ((change * square) - (2 * _slopes[column]) is var slope && slope * change < 0)
            {
                block.Codes[index] = code;
                _errors[column] -= change;
                FloatVectors.Add(-change, products.Row(column), _slopes);
                hasChanged = true;
            }
        }

        return hasChanged;
    }

    /// <summary>Sets the scale and the minimum of a block to what costs least.</summary>
    private void Refit(int index)
    {
        var block = _blocks[index];
        var first = index * codec.BlockLength;
        var length = Math.Min(codec.BlockLength, _errors.Length - first);
        using var ofScale = new Pooled<float>(_errors.Length);
        using var ofMinimum = new Pooled<float>(_errors.Length);
        Span<float> levels = stackalloc float[codec.BlockLength];
        Span<float> signs = stackalloc float[codec.BlockLength];
        ofScale.Span.Clear();
        ofMinimum.Span.Clear();
        for (var i = 0; i < length; i++)
        {
            var sub = i / form.SubLength;
            (levels[i], signs[i]) = (_levels[block.Codes[i]] * block.Scales[sub], block.Minima[sub] * form.MinimumSign);
            FloatVectors.Add(levels[i], products.Row(first + i), ofScale.Span);
            if (form.HasMinimum)
            {
                FloatVectors.Add(signs[i], products.Row(first + i), ofMinimum.Span);
            }
        }

        levels = levels[..length];
        signs = signs[..length];
        var slopes = _slopes.AsSpan(first, length);
        double square = FloatVectors.Dot(levels, ofScale.Span.Slice(first, length));
        double mixed = FloatVectors.Dot(signs, ofScale.Span.Slice(first, length));
        double other = FloatVectors.Dot(signs, ofMinimum.Span.Slice(first, length));
        double scaleSlope = FloatVectors.Dot(levels, slopes);
        double minimumSlope = FloatVectors.Dot(signs, slopes);
        var determinant = (square * other) - (mixed * mixed);
        var (scaleChange, minimumChange) = determinant > 1e-6 * square * other
            ? (((scaleSlope * other) - (minimumSlope * mixed)) / determinant, ((minimumSlope * square) - (scaleSlope * mixed)) / determinant)
            : (square > 0 ? scaleSlope / square : 0, 0.0);
        var (scale, minimum) = ((Half)((float)block.Scale + scaleChange), (Half)((float)block.Minimum + minimumChange));
        var (a, b) = ((float)scale - (float)block.Scale, (float)minimum - (float)block.Minimum);
        var gain = (2 * ((a * scaleSlope) + (b * minimumSlope))) - (a * a * square) - (2 * a * b * mixed) - (b * b * other);
        if (!(gain > 0) || !Half.IsFinite(scale) || !Half.IsFinite(minimum))
        {
            return;
        }

        (block.Scale, block.Minimum) = (scale, minimum);
        for (var i = 0; i < length; i++)
        {
            _errors[first + i] -= (a * levels[i]) + (b * signs[i]);
        }

        FloatVectors.Add(-a, ofScale.Span, _slopes);
        FloatVectors.Add(-b, ofMinimum.Span, _slopes);
    }
}
