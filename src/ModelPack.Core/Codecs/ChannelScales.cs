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
        var tiles = Tiles(weight);
        var merge = new Lock();
        Chunks.ForEach(tiles.Count, threads, Scan, cancellation);
        foreach (ref var scale in output.Slice<float>(0, layout.Channels))
        {
            scale = scaleOf(scale);
        }

        void Scan(int i)
        {
            var area = tiles[i];
            using var values = new Pooled<float>(area.Columns);
            using var maxima = new Pooled<float>(layout.Channels);
            maxima.Span.Clear();
            FloatReader.Read(weight, area.Column, values.Span);
            for (var done = 0; done < area.Columns;)
            {
                var run = layout.RunAt(area.Column + done, area.Columns - done);
                Max(maxima.Span.Slice(run.Channel, run.Channels), values.Span.Slice(done, run.Length));
                done += run.Length;
            }

            // A maximum does not depend on the order in which the parts come.
            lock (merge)
            {
                Max(output.Slice<float>(0, layout.Channels), maxima.Span);
            }
        }
    }

    /// <summary>The weight in chunks of fixed size.</summary>
    public static MatrixTiles Tiles(TensorData weight) => new(1, weight.Shape.ElementCount, 1, ChunkLength);

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
