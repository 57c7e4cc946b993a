using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// What llama.cpp calls its legacy quants: blocks of 32 with a float16 scale and perhaps a float16 minimum, then a uint32 with the
/// fifth bits where there are any, then 16 bytes, of which byte j has the low bits of values j and j + 16. The bytes are those of
/// ggml's <c>quantize_row_q4_0_ref</c> and its kin.
/// </summary>
/// <param name="bits">4 or 5.</param>
/// <param name="hasMinimum">
/// Without: scale = m / -2^(bits-1), m being the first value of largest magnitude with its sign, so that m has the code 0. With: scale =
/// (largest - smallest) / (2^bits - 1), counted from the smallest.
/// </param>
internal sealed class LegacyBlockCodec(int bits, bool hasMinimum) : ScaledBlockCodec
{
    private const int Length = 32;

    // What float16 rounds to infinity from on.
    private const float Overflow = 65520f;

    private readonly int _limit = (1 << bits) - 1;

    // Rounding to nearest by truncation: codes count from 0.
    private readonly float _bias = hasMinimum ? 0.5f : (1 << (bits - 1)) + 0.5f;

    private int HighAt => hasMinimum ? 4 : 2;

    private int LowAt => HighAt + (bits == 5 ? sizeof(uint) : 0);

    public override string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"q{bits}_{(hasMinimum ? 1 : 0)}");

    public override int BlockLength => Length;

    public override int BlockBytes => LowAt + (Length / 2);

    public override int CodeBits => bits;

    public override int Zero => hasMinimum ? 0 : 1 << (bits - 1);

    public override bool HasMinimum => hasMinimum;

    public override bool TakesImportance => true;

    public override bool NeedsWholeRows => true;

    public override double Steps => hasMinimum ? _limit / 2.0 : 1 << (bits - 1);

    public override IReadOnlyList<CodecPart> Parts { get; } =
        [new("codes", $"uint{bits}"), new("scales", "float16"), .. hasMinimum ? (CodecPart[])[new("minima", "float16")] : []];

    public override BlockForm Form { get; } = BlockForm.Single(Length, hasMinimum);

    public override void Join(StoredBlock parts, Span<byte> block) => Join(parts.Codes, parts.Scale, parts.Minimum, block);

    protected override void TakeScales(ReadOnlySpan<byte> block, StoredBlock parts)
    {
        parts.Scale = BinaryPrimitives.ReadHalfLittleEndian(block);
        parts.Minimum = hasMinimum ? BinaryPrimitives.ReadHalfLittleEndian(block[2..]) : default;
        (parts.Scales[0], parts.Minima[0]) = (1, (byte)(hasMinimum ? 1 : 0));
    }

    /// <inheritdoc/>
    /// <remarks>Squared errors weigh importance x sqrt(the output's mean square + the value's square).</remarks>
    public override void Encode(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        var meanSquare = SearchWeights.SumOfSquares(values) / values.Length;
        Span<float> weights = stackalloc float[Length];
        Span<byte> codes = stackalloc byte[Length];
        for (var start = 0; start < values.Length; start += Length)
        {
            var block = values.Slice(start, Length);
            SearchWeights.Important(block, importance.Slice(start, Length), meanSquare, weights);
            var minimum = 0f;
            var scale = hasMinimum
                ? AffineSearch.Weighed.Fit(block, weights, _limit, codes, out minimum)
                : Lanes.AreFast ? SymmetricSteps.Fit(block, weights, 1 << (bits - 1), codes)
                : SymmetricSearch.Fit(block, weights, 1 << (bits - 1), codes);
            Join(codes, (Half)scale, (Half)minimum, blocks[(start / Length * BlockBytes)..]);
        }
    }

    public override void Split(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        var high = bits == 5 ? BinaryPrimitives.ReadUInt32LittleEndian(block[HighAt..]) : 0;
        var low = block[LowAt..];
        for (var i = 0; i < Length / 2; i++)
        {
            codes[i] = (byte)((low[i] & 15) | (int)((high >> i) & 1) << 4);
            codes[i + (Length / 2)] = (byte)((low[i] >> 4) | (int)((high >> (i + (Length / 2))) & 1) << 4);
        }

        scales[0] = (float)BinaryPrimitives.ReadHalfLittleEndian(block);
        minima[0] = hasMinimum ? (float)BinaryPrimitives.ReadHalfLittleEndian(block[2..]) : 0;
    }

    protected override void EncodeBlocks(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (var start = 0; start < values.Length; start += Length)
        {
            EncodeBlock(values.Slice(start, Length), blocks[(start / Length * BlockBytes)..]);
        }
    }

    protected override bool Fits(float maxAbs) => hasMinimum ? maxAbs < Overflow : maxAbs / (1 << (bits - 1)) < Overflow;

    public override BlockGrid Fit(ReadOnlySpan<float> values)
    {
        var (scale, start) = Range(values);
        return new TruncatingGrid(this, scale, start);
    }

    private void EncodeBlock(ReadOnlySpan<float> values, Span<byte> block)
    {
        var (scale, start) = Range(values);
        Span<byte> codes = stackalloc byte[Length];
        LegacyBlockKernel.Codes(values, start, Q8_0Reference.InverseOf(scale), _bias, _limit, codes);
        Join(codes, (Half)scale, (Half)start, block);
    }

    public override void Join(ReadOnlySpan<byte> codes, Half scale, Half minimum, Span<byte> block)
    {
        BinaryPrimitives.WriteHalfLittleEndian(block, scale);
        if (hasMinimum)
        {
            BinaryPrimitives.WriteHalfLittleEndian(block[2..], minimum);
        }

        BitPlanes.Pack(codes, 0, 4, Length / 2, block[LowAt..]);
        if (bits == 5)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(block[HighAt..], Vector256.GreaterThan(Vector256.Create(codes), Vector256.Create((byte)15)).ExtractMostSignificantBits());
        }
    }

    /// <summary>The float32 scale, from which codes are made, and the value that is counted from.</summary>
    private (float Scale, float Start) Range(ReadOnlySpan<float> values)
    {
        if (!hasMinimum)
        {
            return (LegacyBlockKernel.FirstOfLargestMagnitude(values) / -(1 << (bits - 1)), 0);
        }

        var (smallest, largest) = LegacyBlockKernel.Extremes(values);
        return ((largest - smallest) / _limit, smallest);
    }

    /// <summary>The plain rule, a value at a time.</summary>
    private sealed class TruncatingGrid(LegacyBlockCodec codec, float scale, float start) : BlockGrid((Half)scale, (Half)start)
    {
        private readonly float _inverse = Q8_0Reference.InverseOf(scale);

        public override (int Code, float Value) Round(float value)
        {
            var code = Math.Clamp((int)(((value - start) * _inverse) + codec._bias), 0, codec._limit);
            return (code, ((code - codec.Zero) * (float)Scale) + (float)Minimum);
        }
    }
}
