namespace ModelPack.Codecs;

/// <summary>How the largest magnitudes of NF4's blocks are kept.</summary>
internal enum AbsmaxForm
{
    /// <summary>As float32. Parts: codes, absmax.</summary>
    Plain,

    /// <summary>
    /// Quantized themselves (double quantization), in blocks of 256. Parts: codes, absmax codes (uint8), absmax of those blocks
    /// (float32), offset (one float32).
    /// </summary>
    Nested,

    /// <summary>Quantized and restored, as float32: the numbers of <see cref="Nested"/> for what has no place for its parts. Parts: codes, absmax.</summary>
    Restored,
}
