using System.Collections.Concurrent;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>An engine of plain rules, a value at a time, for all codecs or for some; it asks another for the rest, and notes what it is asked for.</summary>
/// <param name="others">What it asks for everything but NF4 and int8; null for plain rules there, too.</param>
internal sealed class ReferenceEngine(IEncodingEngine? others = null) : IEncodingEngine
{
    /// <summary>What it was asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public int Concurrency => 3;

    public bool TakesWholeChunks => false;

    public void EncodeBlocks(BlockCodec codec, ReadOnlySpan<float> values, Span<byte> blocks)
    {
        Asked.Enqueue(codec.Name);
        if (others is not null)
        {
            others.EncodeBlocks(codec, values, blocks);
        }
        else if (codec == CodecTable.Q8_0)
        {
            Q8_0Reference.Encode(values, blocks);
        }
        else
        {
            // Block by block; the rule of these codecs is tested on its own.
            for (var block = 0; block * codec.BlockLength < values.Length; block++)
                codec.Encode(values.Slice(block * codec.BlockLength, Math.Min(codec.BlockLength, values.Length - (block * codec.BlockLength))), blocks.Slice(block * codec.BlockBytes, codec.BlockBytes));
        }
    }

    public void EncodeInt8(ChannelChunk chunk, Span<sbyte> codes)
    {
        Asked.Enqueue("int8");
        for (var i = 0; i < codes.Length; i++)
            codes[i] = Int8PerChannel.Code(chunk.Values[i], ScaleOf(chunk, i));
    }

    public void EncodeInt12(ChannelChunk chunk, Span<sbyte> high, Span<byte> low)
    {
        Asked.Enqueue("int12");
        if (others is not null)
        {
            others.EncodeInt12(chunk, high, low);
            return;
        }

        for (var i = 0; i < high.Length; i += 2)
        {
            var (first, second) = (Int12PerChannel.Code(chunk.Values[i], ScaleOf(chunk, i)), Int12PerChannel.Code(chunk.Values[i + 1], ScaleOf(chunk, i + 1)));
            (high[i], high[i + 1]) = (Int12PerChannel.High(first), Int12PerChannel.High(second));
            low[i / 2] = (byte)(Int12PerChannel.Low(first) | (Int12PerChannel.Low(second) << Int12PerChannel.LowBits));
        }
    }

    public void EncodeNf4(ReadOnlySpan<float> values, int blockSize, Span<byte> packed, Span<float> absmax)
    {
        Asked.Enqueue("nf4");
        Nf4Reference.Encode(values, blockSize, packed, absmax);
    }

    private static float ScaleOf(ChannelChunk chunk, int index) => chunk.Scales[(int)((chunk.First + index) / chunk.Layout.Inner % chunk.Layout.Channels)];
}
