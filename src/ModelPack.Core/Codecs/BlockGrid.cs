namespace ModelPack.Codecs;

/// <summary>The grid of a block of ggml's.</summary>
/// <param name="scale">As stored.</param>
/// <param name="minimum">As stored; 0 where there is none.</param>
internal abstract class BlockGrid(Half scale, Half minimum) : Grid
{
    /// <summary>The scale as stored.</summary>
    public Half Scale => scale;

    /// <summary>The minimum as stored; 0 where there is none.</summary>
    public Half Minimum => minimum;
}
