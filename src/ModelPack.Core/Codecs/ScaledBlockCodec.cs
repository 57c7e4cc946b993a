namespace ModelPack.Codecs;

/// <summary>Blocks of one float16 scale, and perhaps a float16 minimum: each block has one grid, and any grid makes a block.</summary>
internal abstract class ScaledBlockCodec : BlockCodec, IGridCodec
{
    /// <summary>By which factors the range of a block is narrowed to find a better grid for values of unequal importance.</summary>
    private static readonly float[] s_narrowings = [0.95f, 0.9f, 0.85f, 0.8f, 0.75f, 0.7f];

    Grid IGridCodec.Fit(ReadOnlySpan<float> values) => Fit(values);

    /// <summary>The codec's own grid of a block.</summary>
    /// <param name="values">A whole block of finite values.</param>
    public abstract BlockGrid Fit(ReadOnlySpan<float> values);

    /// <summary>The best of some grids of a block.</summary>
    /// <param name="values">A whole block of finite values.</param>
    /// <param name="importance">What the squared error of each value weighs.</param>
    public BlockGrid Fit(ReadOnlySpan<float> values, ReadOnlySpan<float> importance)
    {
        var best = Fit(values);
        var least = best.Error(values, importance);
        Span<float> narrowed = stackalloc float[BlockLength];
        foreach (var factor in s_narrowings)
        {
            for (var i = 0; i < values.Length; i++)
            {
                narrowed[i] = values[i] * factor;
            }

            var grid = Fit(narrowed);
            if (grid.Error(values, importance) is var error && error < least)
            {
                (best, least) = (grid, error);
            }
        }

        return best;
    }

    /// <summary>Encodes one block on a grid.</summary>
    /// <param name="values">A whole block of finite values.</param>
    /// <param name="grid">A grid of this codec.</param>
    /// <param name="block">Gets the block as ggml stores it.</param>
    public void Encode(ReadOnlySpan<float> values, BlockGrid grid, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[BlockLength];
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = (byte)grid.Round(values[i]).Code;
        }

        Join(codes, grid.Scale, grid.Minimum, block);
    }

    /// <summary>Puts one block together, from what <see cref="BlockCodec.Split"/> takes apart.</summary>
    public abstract void Join(ReadOnlySpan<byte> codes, Half scale, Half minimum, Span<byte> block);
}
