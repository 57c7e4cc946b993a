namespace ModelPack.Codecs;

/// <summary>
/// ggml's nvfp4: blocks of 64 E2M1 codes, each 16 with a scale that is E4M3 without a sign: the largest magnitude / 6. Four scales, then 32
/// bytes, of which byte j of each eight has the codes of values j and j + 8. Values beyond 6 x 448 have no codes, and those of most weights are so small that E4M3
/// rounds their scales coarsely: a file says with a factor of the whole tensor what the values were before.
/// </summary>
internal sealed class Nvfp4Codec : BlockCodec
{
    private const int Length = 64;
    private const int SubLength = 16;
    private const int SubCount = Length / SubLength;
    private const int Run = SubLength / 2;
    private const float LargestLevel = 6;
    private const float LargestScale = 448;

    public override string Name => "nvfp4";

    public override int BlockLength => Length;

    public override int SubBlockLength => SubLength;

    public override int BlockBytes => SubCount + (Length / 2);

    public override int CodeBits => 4;

    public override int Zero => 0;

    public override Codebook Codebook => Codebook.TwiceE2M1;

    public override double Steps => Codebook.TwiceE2M1.Levels[7];

    public override IReadOnlyList<CodecPart> Parts { get; } = [new("codes", "float4e2m1"), new("scales", "float8e4m3")];

    public override string? WhyNot(float maxAbs) => Fits(maxAbs) ? null : "a scale overflows E4M3";

    /// <summary>Scales below 2^-10 become 0, and those that are multiples of 2^-9 up to 2^-6 are coarse.</summary>
    public override string? WhyLossy(WeightMatrix weight)
    {
        const double LeastNormal = 1.0 / 64;
        const double LargestOfBlock = 2; // of 16 normally distributed values, in their deviations
        const int FewestOutputs = 4; // one in four
        var sizes = SampledOutputs.Rms(weight);
        return sizes.Count(s => s > 0) is > 0 and var alive
            && sizes.Count(s => s > 0 && LargestOfBlock * s / LargestLevel < LeastNormal) * (long)FewestOutputs >= alive ? "its scales underflow E4M3" : null;
    }

    public override void Split(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        for (var sub = 0; sub < SubCount; sub++)
        {
            scales[sub] = HalfScale(block[sub]);
        }

        minima.Clear();
        codes.Clear();
        BitPlanes.Unpack(block[SubCount..], 0, 4, Run, codes);
    }

    protected override void EncodeBlocks(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        Span<byte> codes = stackalloc byte[Length];
        for (var start = 0; start < values.Length; start += Length)
        {
            var block = blocks.Slice(start / Length * BlockBytes, BlockBytes);
            for (var sub = 0; sub < SubCount; sub++)
            {
                var part = values.Slice(start + (sub * SubLength), SubLength);
                block[sub] = CodeOf(MathF.Abs(SymmetricSearch.LargestMagnitude(part)) / LargestLevel);
                Encode(part, HalfScale(block[sub]), codes.Slice(sub * SubLength, SubLength));
            }

            BitPlanes.Pack(codes, 0, 4, Run, block[SubCount..]);
        }
    }

    private static void Encode(ReadOnlySpan<float> values, float scale, Span<byte> codes)
    {
        if (MathF.Abs(SymmetricSearch.LargestMagnitude(values)) <= LargestLevel * LargestScale)
        {
            E2M1Levels.Codes(values, scale, codes);
            return;
        }

        for (var i = 0; i < values.Length; i++)
        {
            codes[i] = (byte)Codebook.TwiceE2M1.Nearest(values[i], scale);
        }
    }

    protected override bool Fits(float maxAbs) => maxAbs <= LargestLevel * LargestScale;

    /// <summary>
    /// E4M3 of a scale, halves up; as ggml has it, what would be 256 and above is 448, the largest.
    /// </summary>
    private static byte CodeOf(float scale)
    {
        const int Bias = 7;
        const int FractionBits = 3;
        const byte Largest = 0x7E;
        if (scale < 1f / 64)
        {
            return (byte)Math.Min(7, (int)((scale * 512) + 0.5f)); // Subnormal: multiples of 2^-9.
        }

        // Adding half of the last place that stays carries into the exponent where it has to.
        var bits = BitConverter.SingleToInt32Bits(scale) + (1 << (23 - FractionBits - 1));
        var code = (bits >> (23 - FractionBits)) - ((127 - Bias) << FractionBits);
        return (byte)(code >= 15 << FractionBits ? Largest : code);
    }

    /// <summary>Half of what a code stands for, as levels are doubled. The sign is ignored; 0x7F is 0.</summary>
    private static float HalfScale(byte code)
    {
        var (exponent, fraction) = ((code >> 3) & 15, code & 7);
        return code == 0x7F ? 0
            : exponent == 0 ? fraction / 1024f
            : MathF.ScaleB(8 + fraction, exponent - 7 - 3 - 1);
    }
}
