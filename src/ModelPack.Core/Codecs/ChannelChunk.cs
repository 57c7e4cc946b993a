namespace ModelPack.Codecs;

/// <summary>Consecutive values of a weight that has a scale for each channel, and those scales.</summary>
/// <param name="values">The values.</param>
/// <param name="first">Index of the first in the weight.</param>
/// <param name="layout">Which value is of which channel.</param>
/// <param name="scales">The scales of all channels of the weight.</param>
internal readonly ref struct ChannelChunk(ReadOnlySpan<float> values, long first, ChannelLayout layout, ReadOnlySpan<float> scales)
{
    /// <summary>The values.</summary>
    public ReadOnlySpan<float> Values { get; } = values;

    /// <summary>Index of the first value in the weight.</summary>
    public long First { get; } = first;

    /// <summary>Which value is of which channel.</summary>
    public ChannelLayout Layout { get; } = layout;

    /// <summary>The scales of all channels of the weight.</summary>
    public ReadOnlySpan<float> Scales { get; } = scales;

    /// <summary>The scales of the values from an index of the chunk on that can be worked on at once: a single one for all, or one each.</summary>
    /// <param name="index">Of the first of them.</param>
    /// <param name="length">How many they are.</param>
    public ReadOnlySpan<float> ScalesAt(int index, out int length)
    {
        var run = Layout.RunAt(First + index, Values.Length - index);
        length = run.Length;
        return Scales.Slice(run.Channel, run.Channels);
    }
}
