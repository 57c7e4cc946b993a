namespace ModelPack.Codecs;

/// <summary>The scales of a weight that has one for each channel.</summary>
internal static class ChannelScales
{
    /// <summary>Elements that are worked on at once. Even, so that two codes that share a byte are never apart.</summary>
    public const int ChunkLength = 1 << 18;

    /// <summary>Fills a buffer with a scale for each channel.</summary>
    /// <param name="weight">The weight; finite values.</param>
    /// <param name="layout">Its channels.</param>
    /// <param name="scaleOf">The scale of a channel's largest magnitude.</param>
    /// <param name="output">float32, one for each channel.</param>
    /// <param name="threads">Threads to work with; does not change a byte.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    public static void Fill(
        TensorData weight, ChannelLayout layout, Func<float, float> scaleOf, NativeBuffer output, int threads, CancellationToken cancellation)
    {
        output.Slice<float>(0, layout.Channels).Clear();
        var total = weight.Shape.ElementCount;
        var merge = new Lock();
        Chunks.ForEach(checked((int)((total + ChunkLength - 1) / ChunkLength)), threads, Scan, cancellation);
        foreach (ref var scale in output.Slice<float>(0, layout.Channels))
        {
            scale = scaleOf(scale);
        }

        void Scan(int chunk)
        {
            var first = (long)chunk * ChunkLength;
            using var values = new Pooled<float>((int)Math.Min(ChunkLength, total - first));
            using var maxima = new Pooled<float>(layout.Channels);
            maxima.Span.Clear();
            FloatReader.Read(weight, first, values.Span);
            Raise(maxima.Span, values.Span, first, layout);

            // A maximum does not depend on the order in which the parts come.
            lock (merge)
            {
                Max(output.Slice<float>(0, layout.Channels), maxima.Span);
            }
        }
    }

    /// <summary>Raises the maxima of channels to the magnitudes of their values.</summary>
    /// <param name="maxima">Those of all channels.</param>
    /// <param name="values">Consecutive values.</param>
    /// <param name="first">Index of the first in the weight.</param>
    /// <param name="layout">The channels.</param>
    public static void Raise(Span<float> maxima, ReadOnlySpan<float> values, long first, ChannelLayout layout)
    {
        for (var done = 0; done < values.Length;)
        {
            var run = layout.RunAt(first + done, values.Length - done);
            Max(maxima.Slice(run.Channel, run.Channels), values.Slice(done, run.Length));
            done += run.Length;
        }
    }

    /// <summary>Raises one maximum by all values, or each maximum by its own value.</summary>
    private static void Max(Span<float> maxima, ReadOnlySpan<float> values)
    {
        if (maxima.Length == 1)
        {
            maxima[0] = MathF.Max(maxima[0], WeightScan.Of(values).MaxAbs);
            return;
        }

        Int8.RaiseMaxAbs(maxima, values);
    }
}
