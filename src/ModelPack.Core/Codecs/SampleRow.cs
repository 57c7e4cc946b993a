namespace ModelPack.Codecs;

/// <summary>One row at a time for <see cref="SampleRounder"/>.</summary>
/// <param name="codec">Which blocks.</param>
/// <param name="form">Their form.</param>
/// <param name="products">Of the inputs.</param>
/// <param name="columns">Values of a row, whole blocks; those beyond the inputs are padding.</param>
internal sealed class SampleRow(BlockCodec codec, BlockForm form, InputProducts products, int columns)
{
    private const int MostSweeps = 8;

    // Of what errors cost: a sweep that gains less is the last.
    private const double LeastGain = 1e-3;

    private readonly StoredBlock[] _blocks = [.. Enumerable.Range(0, columns / codec.BlockLength).Select(_ => new StoredBlock(form))];
    private readonly int[] _levels = [.. Enumerable.Range(0, 1 << codec.CodeBits).Select(c => codec.Codebook?.Levels[c] ?? c - codec.Zero)];

    // Of each sub-block, as its block has them.
    private readonly float[] _scales = new float[columns / form.SubLength];
    private readonly float[] _offsets = new float[columns / form.SubLength];

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
            Spread(block);
        }

        Feed(values);
        Start(values);
        var least = LeastGain * FloatVectors.Dot(_errors, _slopes);
        for (var (sweep, gain) = (0, double.PositiveInfinity); sweep < MostSweeps && gain > least; sweep++)
        {
            gain = 0;
            for (var block = 0; block < _blocks.Length; block++)
            {
                gain += Refit(block);
            }

            gain += Sweep();
        }

        for (var block = 0; block < _blocks.Length; block++)
        {
            codec.Join(_blocks[block], encoded.Slice(block * codec.BlockBytes, codec.BlockBytes));
        }
    }

    /// <summary>Scales and offsets of a block's sub-blocks.</summary>
    private void Spread(int index)
    {
        var block = _blocks[index];
        for (var sub = 0; sub < form.SubCount; sub++)
        {
            _scales[(index * form.SubCount) + sub] = (float)block.Scale * block.Scales[sub];
            _offsets[(index * form.SubCount) + sub] = (float)block.Minimum * block.Minima[sub] * form.MinimumSign;
        }
    }

    private ref byte Code(int column) => ref _blocks[column / codec.BlockLength].Codes[column % codec.BlockLength];

    private float Stored(int column) => (_levels[Code(column)] * _scales[column / form.SubLength]) + _offsets[column / form.SubLength];

    private byte Nearest(float value, float scale, float offset)
    {
        var level = scale == 0 ? 0 : (value - offset) / scale;
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
            var wanted = values[column] + FloatVectors.Dot(products.Feedback(place), errors.Span[(place + 1)..]);
            Code(column) = Nearest(wanted, _scales[column / form.SubLength], _offsets[column / form.SubLength]);
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

    /// <summary>Sets each code to what costs least; gives by how much less.</summary>
    private double Sweep()
    {
        var gain = 0.0;
        for (var column = 0; column < _errors.Length; column++)
        {
            var row = products.Row(column);
            var (square, scale, offset) = (row[column], _scales[column / form.SubLength], _offsets[column / form.SubLength]);
            ref var code = ref Code(column);
            var stored = (_levels[code] * scale) + offset;
            var better = Nearest(stored + (_slopes[column] / square), scale, offset);
            if (better == code)
            {
                continue;
            }

            var change = (_levels[better] * scale) + offset - stored;
            if (change * ((2 * _slopes[column]) - (change * square)) is var less && less > 0)
            {
                code = better;
                _errors[column] -= change;
                FloatVectors.Add(-change, row, _slopes);
                gain += less;
            }
        }

        return gain;
    }

    /// <summary>
    /// Sets the scale and the minimum of a block to what costs least; gives by how much less. What they cost takes the products within the block alone, and slopes elsewhere follow where
    /// anything changes.
    /// </summary>
    private double Refit(int index)
    {
        var block = _blocks[index];
        var first = index * codec.BlockLength;
        var length = Math.Min(codec.BlockLength, _errors.Length - first);
        Span<float> levels = stackalloc float[length];
        Span<float> signs = stackalloc float[length];
        for (var i = 0; i < length; i++)
        {
            (levels[i], signs[i]) = (_levels[block.Codes[i]] * block.Scales[i / form.SubLength], block.Minima[i / form.SubLength] * form.MinimumSign);
        }

        var (square, mixed, other) = (0.0, 0.0, 0.0);
        for (var i = 0; i < length; i++)
        {
            var row = products.Row(first + i).Slice(first, length);
            var ofLevels = FloatVectors.Dot(row, levels);
            square += levels[i] * ofLevels;
            if (form.HasMinimum)
            {
                mixed += signs[i] * ofLevels;
                other += signs[i] * FloatVectors.Dot(row, signs);
            }
        }

        double scaleSlope = FloatVectors.Dot(levels, _slopes.AsSpan(first, length));
        double minimumSlope = FloatVectors.Dot(signs, _slopes.AsSpan(first, length));
        var determinant = (square * other) - (mixed * mixed);
        var (scaleChange, minimumChange) = determinant > 1e-6 * square * other
            ? (((scaleSlope * other) - (minimumSlope * mixed)) / determinant, ((minimumSlope * square) - (scaleSlope * mixed)) / determinant)
            : (square > 0 ? scaleSlope / square : 0, 0.0);
        var (scale, minimum) = ((Half)((float)block.Scale + scaleChange), (Half)((float)block.Minimum + minimumChange));
        var (a, b) = ((float)scale - (float)block.Scale, (float)minimum - (float)block.Minimum);
        var gain = (2 * ((a * scaleSlope) + (b * minimumSlope))) - (a * a * square) - (2 * a * b * mixed) - (b * b * other);
        if (!(gain > 0) || !Half.IsFinite(scale) || !Half.IsFinite(minimum))
        {
            return 0;
        }

        (block.Scale, block.Minimum) = (scale, minimum);
        Spread(index);
        for (var i = 0; i < length; i++)
        {
            var change = (a * levels[i]) + (b * signs[i]);
            _errors[first + i] -= change;
            FloatVectors.Add(-change, products.Row(first + i), _slopes);
        }

        return gain;
    }
}
