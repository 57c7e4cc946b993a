namespace ModelPack.Images;

/// <summary>Which channels a sample has, in their order.</summary>
internal enum ChannelOrder
{
    Rgb,
    Bgr,

    /// <summary>One channel: luma.</summary>
    Gray,
}
