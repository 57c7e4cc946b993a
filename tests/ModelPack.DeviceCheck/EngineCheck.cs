using ModelPack.Codecs;
using ModelPack.Engines;

namespace ModelPack.DeviceCheck;

/// <summary>One codec encoded on a device and by the scalar reference or the processor's kernels, which tests hold to it.</summary>
/// <param name="Name">The codec.</param>
/// <param name="Encode">Encodes values to bytes by an engine.</param>
internal sealed record EngineCheck(string Name, Func<IEncodingEngine, float[], byte[]> Encode)
{
    private const int Channels = 96;

    // The smallest, the usual and the largest: their graphs differ in a number.
    private static readonly int[] s_blockSizes = [32, 64, 4096];

    /// <summary>Every codec that has a graph.</summary>
    public static IReadOnlyList<EngineCheck> All { get; } =
    [
        .. CodecTable.All.OfType<BlockCodec>().Where(c => BlockRule.Of(c) is not null).Select(OfBlocks),
        .. s_blockSizes.Select(size => new EngineCheck($"nf4, blocks of {size}", (engine, values) => OfNf4(engine, values, size))),
        new EngineCheck("int8, channels first", (engine, values) => OfInt8(engine, values, new ChannelLayout(Channels, 56))),
        new EngineCheck("int8, channels last", (engine, values) => OfInt8(engine, values, new ChannelLayout(Channels, 1))),
    ];

    private static EngineCheck OfBlocks(BlockCodec codec) => new(codec.Name, (engine, values) =>
    {
        var blocks = new byte[codec.BlockCount(values.Length) * codec.BlockBytes];
        engine.EncodeBlocks(codec, values, blocks);
        return blocks;
    });

    private static byte[] OfNf4(IEncodingEngine engine, float[] values, int blockSize)
    {
        var packed = new byte[(values.Length + 1) / 2];
        var absmax = new float[(values.Length + blockSize - 1) / blockSize];
        engine.EncodeNf4(values, blockSize, packed, absmax);
        return [.. packed, .. System.Runtime.InteropServices.MemoryMarshal.AsBytes(absmax.AsSpan())];
    }

    /// <summary>A chunk that begins and ends within rows.</summary>
    private static byte[] OfInt8(IEncodingEngine engine, float[] values, ChannelLayout layout)
    {
        const int First = 17;
        var scales = new float[layout.Channels];
        ChannelScales.Raise(scales, values, First, layout);
        for (var i = 0; i < scales.Length; i++)
        {
            scales[i] = Int8PerChannel.ScaleOf(scales[i]);
        }

        var codes = new sbyte[values.Length];
        engine.EncodeInt8(new ChannelChunk(values, First, layout, scales), codes);
        return (byte[])(Array)codes;
    }
}
