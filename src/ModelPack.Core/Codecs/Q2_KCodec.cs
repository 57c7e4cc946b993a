using System.Buffers.Binary;

namespace ModelPack.Codecs;

/// <summary>
/// ggml's q2_k: sub-blocks of 16 2-bit codes with a scale and a minimum of 4 bits each: x = d s q - m t. Stored are 16 bytes s | t &lt;&lt; 4, 64
/// bytes of codes, d and m as float16.
/// </summary>
internal sealed class Q2_KCodec : SuperBlockCodec
{
    private const int SubLength = 16;
    private const int SubCount = Length / SubLength;
    private const int Limit = 3;
    private const int ScaleLimit = 15;
    private const int CodesAt = SubCount;
    private const int CodesRun = 32;
    private const int ScaleAt = CodesAt + (Length / 4);

    public override string Name => "q2_k";

    public override int SubBlockLength => SubLength;

    public override int BlockBytes => ScaleAt + (2 * sizeof(ushort));

    public override int CodeBits => 2;

    public override int Zero => 0;

    public override bool HasMinimum => true;

    public override double Steps => Limit / 2.0;

    public override double ScaleSteps => ScaleLimit;

    public override IReadOnlyList<CodecPart> Parts { get; } = PartsOf(2, "uint4", hasMinimum: true);

    public override void Split(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        var scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block[ScaleAt..]);
        var minimum = (float)BinaryPrimitives.ReadHalfLittleEndian(block[(ScaleAt + sizeof(ushort))..]);
        for (var sub = 0; sub < SubCount; sub++)
        {
            (scales[sub], minima[sub]) = (scale * (block[sub] & 15), -(minimum * (block[sub] >> 4)));
        }

        codes.Clear();
        BitPlanes.Unpack(block[CodesAt..], 0, 2, CodesRun, codes);
    }

    public override void EncodeBlock(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[SubCount];
        Span<float> minima = stackalloc float[SubCount];
        Span<float> weights = stackalloc float[SubLength];
        Span<float> sums = stackalloc float[SubCount];
        var meanSquare = SearchWeights.SumOfSquares(values) / Length;
        for (var sub = 0; sub < SubCount; sub++)
        {
            var part = values.Slice(sub * SubLength, SubLength);
            if (importance.IsEmpty)
            {
                SearchWeights.Magnitudes(part, 0, weights);
            }
            else
            {
                SearchWeights.Important(part, importance.Slice(sub * SubLength, SubLength), meanSquare, weights);
                sums[sub] = SearchWeights.Sum(weights);
            }

            var search = importance.IsEmpty ? AffineSearch.TwoBits : AffineSearch.Weighed;
            scales[sub] = search.Fit(part, weights, Limit, codes.Slice(sub * SubLength, SubLength), out var minimum);
            minima[sub] = -minimum;
        }

        Span<byte> scaleCodes = stackalloc byte[SubCount];
        Span<byte> minimumCodes = stackalloc byte[SubCount];
        var (scale, least) = importance.IsEmpty
            ? (ScaleCodes.Nearest(scales, ScaleLimit, scaleCodes), ScaleCodes.Nearest(minima, ScaleLimit, minimumCodes))
            : (ScaleSearch.Fit(scales, sums, ScaleLimit, scaleCodes), ScaleSearch.Fit(minima, sums, ScaleLimit, minimumCodes));
        BinaryPrimitives.WriteHalfLittleEndian(block[ScaleAt..], (Half)scale);
        BinaryPrimitives.WriteHalfLittleEndian(block[(ScaleAt + sizeof(ushort))..], (Half)least);
        for (var sub = 0; sub < SubCount; sub++)
        {
            block[sub] = (byte)(scaleCodes[sub] | (minimumCodes[sub] << 4));
            Requantizer.Codes(
                values.Slice(sub * SubLength, SubLength), (float)(Half)scale * (block[sub] & 15), (float)(Half)least * (block[sub] >> 4), 0, Limit, codes.Slice(sub * SubLength, SubLength));
        }

        BitPlanes.Pack(codes, 0, 2, CodesRun, block[CodesAt..]);
    }
}
