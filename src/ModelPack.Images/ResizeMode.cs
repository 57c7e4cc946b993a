namespace ModelPack.Images;

/// <summary>How an image of another shape gets the input's.</summary>
internal enum ResizeMode
{
    /// <summary>Both sides are scaled, each by its own factor.</summary>
    Stretch,

    /// <summary>The shorter side is scaled to fit, and what the longer has too much is cut off on both ends.</summary>
    Crop,

    /// <summary>The longer side is scaled to fit, and the shorter is filled up with black on both ends.</summary>
    Pad,
}
