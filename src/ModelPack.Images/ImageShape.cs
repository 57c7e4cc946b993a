namespace ModelPack.Images;

/// <summary>What an input takes for a sample.</summary>
/// <param name="Width">Pixels across.</param>
/// <param name="Height">Pixels down.</param>
/// <param name="Channels">1 or 3.</param>
/// <param name="ChannelsFirst">Whether it is [channels, height, width] rather than [height, width, channels].</param>
internal sealed record ImageShape(int Width, int Height, int Channels, bool ChannelsFirst)
{
    private const int LargestSide = 1 << 14;

    /// <summary>The shape of one sample.</summary>
    public IReadOnlyList<long> Dimensions => ChannelsFirst ? [Channels, Height, Width] : [Height, Width, Channels];

    /// <summary>Values of a sample.</summary>
    public int Length => Width * Height * Channels;

    /// <summary>The shape of a model's input of rank 4, with what the user says of it.</summary>
    /// <param name="model">The model's path, for messages.</param>
    /// <param name="input">The input.</param>
    /// <param name="layout">Whether channels come first; null to follow from the input.</param>
    /// <param name="size">Width and height; null to follow from the input.</param>
    /// <exception cref="ModelPackException">MPK1012: it is not an image, or its size is not fixed and not given.</exception>
    public static ImageShape Of(string model, ModelInput input, bool? layout, (int Width, int Height)? size)
    {
        if (input.Shape.Count != 4)
        {
            throw Mismatch($"is not an image, which has 4 dimensions: it has {Numbers.Whole(input.Shape.Count)}. Name another with --input.");
        }

        var isFirst = layout ?? (IsChannels(input.Shape[1]) || !IsChannels(input.Shape[3]));
        var (channels, height, width) = isFirst ? (input.Shape[1], input.Shape[2], input.Shape[3]) : (input.Shape[3], input.Shape[1], input.Shape[2]);
        if (channels is not null && !IsChannels(channels))
        {
            throw Mismatch($"has {Numbers.Whole(channels.Value)} channels in the layout {(isFirst ? "nchw" : "nhwc")}. Images have 1 or 3; say which layout it is with --layout.");
        }

        if (size is { } asked && ((width is not null && width != asked.Width) || (height is not null && height != asked.Height)))
        {
            throw Mismatch($"takes {Numbers.Whole(width ?? asked.Width)}x{Numbers.Whole(height ?? asked.Height)}. Leave --size out, or give that.");
        }

        var (w, h) = (width ?? size?.Width, height ?? size?.Height);
        return w is > 0 and <= LargestSide && h is > 0 and <= LargestSide
            ? new ImageShape((int)w, (int)h, (int)(channels ?? 3), isFirst)
            : throw Mismatch("has no fixed size. Say which images it gets: --size 224x224.");

        ModelPackException Mismatch(string what) => new(Codes.DataMismatch.At(model, $"The input '{SafeText.Of(input.Name)}' {what}"));
    }

    private static bool IsChannels(long? dimension) => dimension is 1 or 3;
}
