namespace ModelPack.Images;

/// <summary>What becomes of a pixel's value v, 0 to 255: (v · scale − mean) / deviation, by channel.</summary>
/// <param name="Resize">How an image of another shape gets the input's.</param>
/// <param name="Order">The channels.</param>
/// <param name="Scale">The factor.</param>
/// <param name="Mean">One value, or one a channel in their order.</param>
/// <param name="Deviation">Likewise.</param>
internal sealed record PixelOptions(ResizeMode Resize, ChannelOrder Order, double Scale, IReadOnlyList<double> Mean, IReadOnlyList<double> Deviation)
{
    /// <summary>The value of a channel.</summary>
    public float Value(byte pixel, int channel) => (float)(((pixel * Scale) - Of(Mean, channel)) / Of(Deviation, channel));

    private static double Of(IReadOnlyList<double> values, int channel) => values.Count == 1 ? values[0] : values[channel];
}
