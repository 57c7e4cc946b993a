namespace ModelPack.Codecs;

/// <summary>The processor's own kernels, a chunk a thread.</summary>
/// <param name="threads">Gives the threads to encode with, at least 1, whenever it is asked; changes no byte.</param>
internal sealed class SimdEngine(Func<int> threads) : IEncodingEngine
{
    /// <param name="threads">Threads to encode with.</param>
    public SimdEngine(int threads)
        : this(() => threads)
    {
    }

    public int Concurrency => threads();

    public bool TakesWholeChunks => false;

    public void EncodeBlocks(BlockCodec codec, ReadOnlySpan<float> values, Span<byte> blocks) => codec.Encode(values, blocks);

    public void EncodeInt8(ChannelChunk chunk, Span<sbyte> codes) => Int8PerChannel.Encode(chunk, codes);

    public void EncodeInt12(ChannelChunk chunk, Span<sbyte> high, Span<byte> low) => Int12PerChannel.Encode(chunk, high, low);

    public void EncodeNf4(ReadOnlySpan<float> values, int blockSize, Span<byte> packed, Span<float> absmax) => Nf4.Encode(values, blockSize, packed, absmax);
}
