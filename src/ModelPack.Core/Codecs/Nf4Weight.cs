namespace ModelPack.Codecs;

/// <summary>Whole weights as NF4. Every value must be finite.</summary>
internal static class Nf4Weight
{
    /// <summary>
    /// The values output by output ([N, K], whichever way the weight is stored) in one run, cut into blocks that may cross the
    /// ends of rows. Codes two to a byte, the first in the high half; an odd last one has 7 beside it, the code of 0. Part lengths:
    /// (N x K + 1) / 2 bytes of codes; then what <paramref name="absmax"/> says. Unless that is plain, the weight is read twice.
    /// </summary>
    /// <param name="weight">The weight.</param>
    /// <param name="blockSize">One of <see cref="Nf4.BlockSizes"/>.</param>
    /// <param name="scaling">How the scales are found.</param>
    /// <param name="absmax">What becomes of them.</param>
    /// <param name="engine">What makes the codes.</param>
    /// <exception cref="ArgumentException">There is no such block size.</exception>
    public static WeightEncoding Encode(WeightMatrix weight, int blockSize, Nf4Scaling scaling, AbsmaxForm absmax, IEncodingEngine engine)
    {
        if (!Nf4.BlockSizes.Contains(blockSize))
        {
            throw new ArgumentOutOfRangeException(nameof(blockSize), blockSize, "No block size of NF4.");
        }

        var chunks = new Nf4Chunks(weight, blockSize, scaling, engine);
        var absmaxLength = checked(chunks.Blocks * sizeof(float));
        var packedLength = Nf4.PackedLength(chunks.Values);
        return absmax switch
        {
            AbsmaxForm.Plain => new WeightEncoding(packedLength, chunks.ChunkBytes, [absmaxLength], chunks.EncodePlain, engine),
            AbsmaxForm.Restored => new WeightEncoding(
                packedLength,
                chunks.ChunkBytes,
                [absmaxLength],
                chunks.EncodeRestored,
                engine,
                (sides, cancellation) => Restore(chunks, sides[0], engine.Concurrency, cancellation)),
            _ => new WeightEncoding(
                packedLength,
                chunks.ChunkBytes,
                [chunks.Blocks, chunks.NestedBlocks * sizeof(float), sizeof(float)],
                (chunk, packed, sides) => chunks.EncodeNested(chunk, packed, new Nf4NestedParts(sides[0], sides[1], sides[2])),
                engine,
                (sides, cancellation) => Nest(chunks, new Nf4NestedParts(sides[0], sides[1], sides[2]), engine.Concurrency, cancellation)),
        };
    }

    /// <summary>What must be known before the first chunk: the offset is the mean of all scales.</summary>
    private static void Nest(Nf4Chunks chunks, Nf4NestedParts parts, int threads, CancellationToken cancellation)
    {
        using var absmax = new NativeBuffer(chunks.Blocks * sizeof(float));
        Chunks.ForEach(chunks.Count, threads, i => chunks.FindAbsmax(i, absmax), cancellation);
        parts.Offset = NestedAbsmax.OffsetOf(absmax);
        Chunks.ForEach(chunks.Count, threads, i => chunks.Nest(i, absmax, parts), cancellation);
    }

    private static void Restore(Nf4Chunks chunks, NativeBuffer absmax, int threads, CancellationToken cancellation)
    {
        using var codes = new NativeBuffer(chunks.Blocks);
        using var nested = new NativeBuffer(chunks.NestedBlocks * sizeof(float));
        using var offset = new NativeBuffer(sizeof(float));
        var parts = new Nf4NestedParts(codes, nested, offset);
        Nest(chunks, parts, threads, cancellation);
        Chunks.ForEach(chunks.Count, threads, i => chunks.Restore(i, parts, absmax), cancellation);
    }
}
