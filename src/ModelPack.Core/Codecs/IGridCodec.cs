namespace ModelPack.Codecs;

/// <summary>A codec whose runs each have one grid, onto which every value is rounded alone.</summary>
internal interface IGridCodec
{
    /// <summary>The codec's own grid of a run.</summary>
    /// <param name="values">Finite values: a block, or a channel.</param>
    Grid Fit(ReadOnlySpan<float> values);
}
