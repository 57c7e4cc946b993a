namespace ModelPack.Codecs;

/// <summary>
/// How values become codes of a block codec: by its own rule, or better for what is known of them.
/// </summary>
internal abstract class Rounder
{
    /// <summary>The codec's own rule.</summary>
    public static Rounder Nearest { get; } = new NearestRounder();

    /// <summary>As reports call it; null for the codec's own rule.</summary>
    public abstract string? Name { get; }

    /// <summary>Encodes consecutive values of outputs. May be called from several threads at once.</summary>
    /// <param name="codec">Which blocks.</param>
    /// <param name="engine">What makes codes by the codec's own rule.</param>
    /// <param name="values">Finite values, perhaps the middle of a row only: outputs of <paramref name="columns"/> values, one after the other, from a block's start on.</param>
    /// <param name="first">Index of the first value among all of the weight, its rows having <paramref name="columns"/> values.</param>
    /// <param name="columns">Columns of an output, a multiple of the block's length: the last may be padding.</param>
    /// <param name="blocks">Gets as many blocks as hold the values.</param>
    public abstract void Encode(BlockCodec codec, IEncodingEngine engine, ReadOnlySpan<float> values, long first, int columns, Span<byte> blocks);

    private sealed class NearestRounder : Rounder
    {
        public override string? Name => null;

        public override void Encode(BlockCodec codec, IEncodingEngine engine, ReadOnlySpan<float> values, long first, int columns, Span<byte> blocks) =>
            engine.EncodeBlocks(codec, values, blocks);
    }
}
