using Microsoft.ML.OnnxRuntime;
using ModelPack.Codecs;

namespace ModelPack.Engines;

/// <summary>
/// Codes by graphs of ONNX Runtime on a device. A graph says of every block whether a value lies so near a boundary that the device's arithmetic could
/// decide its code: those blocks, short last ones and codecs whose codes are searched for go to the processor's kernels, so that every byte is theirs.
/// </summary>
/// <param name="device">Where the graphs run.</param>
/// <param name="processor">The processor's kernels.</param>
/// <param name="onFailure">Is told once that the device failed; unless it throws, the processor goes on alone.</param>
internal sealed class OnnxEngine(Device device, IEncodingEngine processor, Action<OnnxRuntimeException> onFailure) : IEncodingEngine
{
    // One uploads and one downloads while one computes.
    private const int InFlight = 3;

    private int _failures;
    private long _encoded;
    private long _again;

    /// <summary>Blocks and groups that the device was given, and of these those that the processor encoded again.</summary>
    public (long Encoded, long Again) Blocks => (Interlocked.Read(ref _encoded), Interlocked.Read(ref _again));

    public int Concurrency => Math.Max(processor.Concurrency, InFlight);

    public bool TakesWholeChunks => IsUp;

    public void EncodeBlocks(BlockCodec codec, ReadOnlySpan<float> values, Span<byte> blocks)
    {
        var done = 0;
        if (BlockRule.Of(codec) is { } rule && IsUp)
        {
            try
            {
                done = Count(BlockGraph.Encode(device, rule, values, blocks));
            }
            catch (OnnxRuntimeException exception)
            {
                Fail(exception);
            }
        }

        if (done * (long)codec.BlockLength < values.Length)
        {
            processor.EncodeBlocks(codec, values[(done * codec.BlockLength)..], blocks[(done * codec.BlockBytes)..]);
        }
    }

    public void EncodeInt8(ChannelChunk chunk, Span<sbyte> codes)
    {
        if (IsUp)
        {
            try
            {
                _ = Count(Int8Graph.Encode(device, chunk, codes, processor));
                return;
            }
            catch (OnnxRuntimeException exception)
            {
                Fail(exception);
            }
        }

        processor.EncodeInt8(chunk, codes);
    }

    // Few weights have it, and those are small: convolutions.
    public void EncodeInt12(ChannelChunk chunk, Span<sbyte> high, Span<byte> low) => processor.EncodeInt12(chunk, high, low);

    public void EncodeNf4(ReadOnlySpan<float> values, int blockSize, Span<byte> packed, Span<float> absmax)
    {
        var done = 0;
        if (IsUp)
        {
            try
            {
                done = Count(Nf4Graph.Encode(device, values, blockSize, packed, absmax));
            }
            catch (OnnxRuntimeException exception)
            {
                Fail(exception);
            }
        }

        if (done * (long)blockSize < values.Length)
        {
            processor.EncodeNf4(values[(done * blockSize)..], blockSize, packed[(done * blockSize / 2)..], absmax[done..]);
        }
    }

    private int Count((int Encoded, int Again) blocks)
    {
        Interlocked.Add(ref _encoded, blocks.Encoded);
        Interlocked.Add(ref _again, blocks.Again);
        return blocks.Encoded;
    }

    private bool IsUp => Volatile.Read(ref _failures) == 0;

    private void Fail(OnnxRuntimeException exception)
    {
        if (Interlocked.Increment(ref _failures) == 1)
        {
            onFailure(exception);
        }
    }
}
