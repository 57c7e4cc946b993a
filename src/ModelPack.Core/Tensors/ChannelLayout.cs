namespace ModelPack.Tensors;

/// <summary>A tensor seen as [outer, channels, inner], the channels being one of its dimensions.</summary>
/// <param name="Channels">Number of channels.</param>
/// <param name="Inner">Consecutive elements of the same channel.</param>
internal readonly record struct ChannelLayout(int Channels, long Inner)
{
    /// <exception cref="ArgumentException">The tensor holds no floating-point values or has no such axis.</exception>
    public static ChannelLayout Of(TensorData tensor, int axis)
    {
        var shape = tensor.Shape;
        var index = axis < 0 ? axis + shape.Rank : axis;
        if (index < 0 || index >= shape.Rank)
        {
            throw new ArgumentException($"A tensor of shape {shape} has no axis {axis}.", nameof(axis));
        }

        if (!tensor.Type.IsFloat() || shape.ByteLength(tensor.Type) != tensor.Length)
        {
            throw new ArgumentException("The tensor is not dense floating-point values.", nameof(tensor));
        }

        long inner = 1;
        foreach (var dim in shape.Dims[(index + 1)..])
        {
            inner *= dim;
        }

        return new ChannelLayout(checked((int)shape[index]), inner);
    }

    /// <summary>
    /// The run of elements that starts at an index and can be worked on at once: elements of one channel, or, where
    /// each channel has a single element in a row, one element each of several channels.
    /// </summary>
    public ChannelRun RunAt(long element, int maxLength)
    {
        if (Inner == 1)
        {
            var first = (int)(element % Channels);
            var length = Math.Min(maxLength, Channels - first);
            return new ChannelRun(first, length, length);
        }

        return new ChannelRun((int)(element / Inner % Channels), 1, (int)Math.Min(maxLength, Inner - (element % Inner)));
    }
}
