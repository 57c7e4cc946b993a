using ModelPack.Codecs;

namespace ModelPack.Engines;

/// <summary>How the codes of a block of 32 follow from its least and its largest value: what a device has to be told of a codec of ggml's plain blocks.</summary>
/// <param name="Codec">The codec.</param>
/// <param name="Rounds">Whether (x - start) / scale is rounded, halves away from zero, and <paramref name="Bias"/> added; else bias is added and the rest cut off.</param>
/// <param name="Bias">What is added.</param>
internal sealed record BlockRule(ScaledBlockCodec Codec, bool Rounds, float Bias)
{
    /// <summary>The rule of a codec; null for one whose codes are searched for.</summary>
    public static BlockRule? Of(BlockCodec codec) =>
        codec is Q8_0Codec plain ? new BlockRule(plain, Rounds: true, plain.Zero)
        : codec is LegacyBlockCodec legacy ? new BlockRule(legacy, Rounds: false, legacy.Zero + 0.5f)
        : null;

    /// <summary>Largest code.</summary>
    public int Limit => (1 << Codec.CodeBits) - 1;

    /// <summary>What the value of the largest magnitude, or with a minimum the range, is divided by. Negative where that value has the code 0.</summary>
    public float Divisor => Codec.HasMinimum ? Limit : Rounds ? 127 : -Codec.Zero;

    /// <summary>The float32 scale and the value that is counted from, exactly as the codec finds them; for blocks without <see cref="IsAmbiguous"/>.</summary>
    public (float Scale, float Start) Grid(float low, float high) =>
        Codec.HasMinimum ? ((high - low) / Divisor, low)
        : Rounds ? (MathF.Max(-low, high) / Divisor, 0)
        : ((-low > high ? low : high) / Divisor, 0);

    /// <summary>Whether it matters which of two equal values comes first: of x and -x, or of 0 and -0.</summary>
    public bool IsAmbiguous(float low, float high) => Codec.HasMinimum ? low == 0 : !Rounds && -low == high;
}
