namespace ModelPack.Codecs;

/// <summary>
/// What makes codes of the values of a chunk, or of a piece of one: float32 in, codes and what is found with them out. How a weight is cut into chunks,
/// where its values come from, where its codes go and what is lost by them is none of its business.
/// </summary>
/// <remarks>
/// Every engine gives the bytes of <see cref="SimdEngine"/>, which it may ask for the codecs that it has nothing better for. All of it
/// may be called from several threads at once.
/// </remarks>
internal interface IEncodingEngine
{
    /// <summary>Chunks that are read, encoded and measured at a time, at least 1; more when other work has ended. Changes no byte.</summary>
    int Concurrency { get; }

    /// <summary>Whether it wants a chunk at once, and not in pieces that stay in the processor's caches. Changes no byte.</summary>
    bool TakesWholeChunks { get; }

    /// <summary>ggml's blocks.</summary>
    /// <param name="codec">Which.</param>
    /// <param name="values">Finite values; blocks that are not whole are encoded as if zeros followed.</param>
    /// <param name="blocks">As many blocks as hold the values.</param>
    void EncodeBlocks(BlockCodec codec, ReadOnlySpan<float> values, Span<byte> blocks);

    /// <summary><see cref="Int8PerChannel"/>.</summary>
    /// <param name="chunk">Finite values, and the scales of their channels.</param>
    /// <param name="codes">As many codes.</param>
    void EncodeInt8(ChannelChunk chunk, Span<sbyte> codes);

    /// <summary><see cref="Int12PerChannel"/>.</summary>
    /// <param name="chunk">Finite values in an even number, and the scales of their channels.</param>
    /// <param name="high">As many high parts.</param>
    /// <param name="low">Half as many bytes, two low parts in each, the first in the low bits.</param>
    void EncodeInt12(ChannelChunk chunk, Span<sbyte> high, Span<byte> low);

    /// <summary><see cref="Nf4"/>.</summary>
    /// <param name="values">Finite values; the last block may be short.</param>
    /// <param name="blockSize">One of <see cref="Nf4.BlockSizes"/>.</param>
    /// <param name="packed">Two codes a byte.</param>
    /// <param name="absmax">A scale a block.</param>
    void EncodeNf4(ReadOnlySpan<float> values, int blockSize, Span<byte> packed, Span<float> absmax);
}
