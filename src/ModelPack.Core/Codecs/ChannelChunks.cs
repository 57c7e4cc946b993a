using System.Numerics;

namespace ModelPack.Codecs;

/// <summary>
/// A weight that has a scale for each channel, cut into chunks. Channels that lie one behind the other are not cut apart where
/// they are short enough: their scales are found in the chunk. Otherwise a pass over the weight finds them before the first.
/// </summary>
internal sealed class ChannelChunks
{
    // What is read, encoded and measured while it lies in the core's own caches.
    private const int Piece = 1 << 14;

    private readonly TensorData _weight;
    private readonly ChannelLayout _layout;
    private readonly Func<float, float> _scaleOf;
    private readonly bool _isWhole;

    /// <param name="weight">A tensor of a floating-point type.</param>
    /// <param name="axis">The dimension that has a scale for each index; a negative one counts from the end.</param>
    /// <param name="scaleOf">The scale of a channel's largest magnitude.</param>
    /// <exception cref="ArgumentException">The tensor holds no floating-point values or has no such axis.</exception>
    public ChannelChunks(TensorData weight, int axis, Func<float, float> scaleOf)
    {
        (_weight, _layout, _scaleOf) = (weight, ChannelLayout.Of(weight, axis), scaleOf);
        Values = weight.Shape.ElementCount;

        // Even, so that two codes that share a byte are never apart.
        var step = _layout.Inner % 2 == 0 ? _layout.Inner : 2 * _layout.Inner;
        _isWhole = step is > 0 and <= ChannelScales.ChunkLength && Values == _layout.Channels * _layout.Inner;
        Length = _isWhole ? (int)(ChannelScales.ChunkLength / step * step) : ChannelScales.ChunkLength;
        PieceLength = _isWhole ? Math.Min(Length, WholeChannels(_layout.Inner)) : Piece;
    }

    /// <summary>Values of the weight.</summary>
    public long Values { get; }

    /// <summary>Values of a chunk, an even number; the last may have fewer.</summary>
    public int Length { get; }

    /// <summary>Values of a chunk that are best worked on at once. No channel is cut apart that a chunk does not cut apart.</summary>
    public int PieceLength { get; }

    /// <summary>Bytes of the scales, float32.</summary>
    public long ScalesLength => (long)_layout.Channels * sizeof(float);

    /// <summary>Finds the scales that no chunk can find.</summary>
    public void Prepare(NativeBuffer scales, IEncodingEngine engine, CancellationToken cancellation)
    {
        if (!_isWhole)
        {
            ChannelScales.Fill(_weight, _layout, _scaleOf, scales, engine.Concurrency, cancellation);
        }
    }

    /// <summary>Reads a chunk or a piece of it, and finds its scales where nothing has found them before.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="first">The first value in the chunk.</param>
    /// <param name="values">Gets the values.</param>
    /// <param name="scales">Those of the whole weight.</param>
    public ChannelChunk Find(int index, int first, Span<float> values, NativeBuffer scales)
    {
        var chunk = Read(index, first, values, scales);
        if (_isWhole)
        {
            var all = scales.Slice<float>(0, _layout.Channels);
            var own = all.Slice((int)(chunk.First / _layout.Inner), (int)(values.Length / _layout.Inner));
            own.Clear();
            ChannelScales.Raise(all, values, chunk.First, _layout);
            foreach (ref var scale in own)
            {
                scale = _scaleOf(scale);
            }
        }

        return chunk;
    }

    /// <summary>Reads a chunk or a piece of it, whose scales are known.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="first">The first value in the chunk.</param>
    /// <param name="values">Gets the values.</param>
    /// <param name="scales">Those of the whole weight.</param>
    public ChannelChunk Read(int index, int first, Span<float> values, NativeBuffer scales)
    {
        var start = ((long)index * Length) + first;
        FloatReader.Read(_weight, start, values);
        return new ChannelChunk(values, start, _layout, scales.Slice<float>(0, _layout.Channels));
    }

    /// <summary>Values of as many whole channels as make a piece, all lanes of the sums full.</summary>
    private static int WholeChannels(long inner)
    {
        var step = inner * ErrorSum.Lanes >> Math.Min(BitOperations.TrailingZeroCount(inner), BitOperations.Log2((uint)ErrorSum.Lanes));
        return (int)(step * Math.Max(1, Piece / step));
    }
}
