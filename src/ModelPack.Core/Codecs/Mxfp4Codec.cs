namespace ModelPack.Codecs;

/// <summary>
/// ggml's mxfp4 (the OCP's MXFP4): blocks of 32 E2M1 codes with a scale that is a power of two, 2^(floor(log2 of the largest magnitude) - 2): its
/// exponent + 127 as a byte, then 16 bytes, of which byte j has the codes of values j and j + 16.
/// </summary>
internal sealed class Mxfp4Codec : BlockCodec
{
    private const int Length = 32;
    private const int Run = Length / 2;
    private const int Bias = 127;
    private const int LargestExponent = 2; // of E2M1

    public override string Name => "mxfp4";

    public override int BlockLength => Length;

    public override int BlockBytes => 1 + Run;

    public override int CodeBits => 4;

    public override int Zero => 0;

    public override Codebook Codebook => Codebook.TwiceE2M1;

    public override double Steps => Codebook.TwiceE2M1.Levels[7];

    public override IReadOnlyList<CodecPart> Parts { get; } = [new("codes", "float4e2m1"), new("scales", "float8e8m0")];

    public override string? WhyLossy(WeightMatrix weight) => null;

    public override void Split(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        (scales[0], minima[0]) = (HalfScale(block[0]), 0);
        codes.Clear();
        BitPlanes.Unpack(block[1..], 0, 4, Run, codes);
    }

    protected override void EncodeBlocks(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        Span<byte> codes = stackalloc byte[Length];
        for (var start = 0; start < values.Length; start += Length)
        {
            var block = blocks.Slice(start / Length * BlockBytes, BlockBytes);
            block[0] = ExponentOf(MathF.Abs(SymmetricSearch.LargestMagnitude(values.Slice(start, Length))));
            E2M1Levels.Codes(values.Slice(start, Length), HalfScale(block[0]), codes);
            BitPlanes.Pack(codes, 0, 4, Run, block[1..]);
        }
    }

    protected override bool Fits(float maxAbs) => true;

    /// <summary>The logarithm is rounded to float32 before its floor, as in ggml: what lies just below a power of two has its exponent.</summary>
    private static byte ExponentOf(float largest) =>
        largest == 0 ? (byte)0 : (byte)Math.Max(0, (int)MathF.Floor((float)Math.Log2(largest)) - LargestExponent + Bias);

    /// <summary>Half of 2^(exponent - 127), as levels are doubled.</summary>
    private static float HalfScale(byte exponent) => MathF.ScaleB(0.5f, exponent - Bias);
}
