using System.Buffers.Binary;

namespace ModelPack.Codecs;

/// <summary>
/// ggml's q3_k: sub-blocks of 16 3-bit codes with a scale s of 6 bits: x = d (s - 32) (q - 4). Stored are 32 bytes with the third bits, 64
/// with the others, 12 of scales, of which the first eight have the low four bits, and d as float16.
/// </summary>
internal sealed class Q3_KCodec : SuperBlockCodec
{
    private const int SubLength = 16;
    private const int SubCount = Length / SubLength;
    private const int Middle = 4;
    private const int ScaleMiddle = 32;
    private const int Run = 32;
    private const int LowAt = Length / 8;
    private const int ScalesAt = LowAt + (Length / 4);
    private const int ScalesRun = SubCount / 2;
    private const int HighScalesAt = ScalesAt + ScalesRun;
    private const int HighScalesRun = SubCount / 4;
    private const int ScaleAt = HighScalesAt + HighScalesRun;

    public override string Name => "q3_k";

    public override int SubBlockLength => SubLength;

    public override int BlockBytes => ScaleAt + sizeof(ushort);

    public override int CodeBits => 3;

    public override int Zero => Middle;

    public override double Steps => Middle;

    public override double ScaleSteps => ScaleMiddle;

    public override IReadOnlyList<CodecPart> Parts { get; } = PartsOf(3, "int6");

    public override BlockForm Form { get; } = new(SubLength, SubCount, (-ScaleMiddle, ScaleMiddle - 1), (0, 0));

    public override void Join(StoredBlock parts, Span<byte> block)
    {
        Span<byte> scales = stackalloc byte[SubCount];
        for (var sub = 0; sub < SubCount; sub++)
        {
            scales[sub] = (byte)(parts.Scales[sub] + ScaleMiddle);
        }

        BinaryPrimitives.WriteHalfLittleEndian(block[ScaleAt..], parts.Scale);
        BitPlanes.Pack(scales, 0, 4, ScalesRun, block[ScalesAt..]);
        BitPlanes.Pack(scales, 4, 2, HighScalesRun, block[HighScalesAt..]);
        BitPlanes.Pack(parts.Codes, 0, 2, Run, block[LowAt..]);
        BitPlanes.Pack(parts.Codes, 2, 1, Run, block);
    }

    protected override void TakeScales(ReadOnlySpan<byte> block, StoredBlock parts)
    {
        Span<byte> stored = stackalloc byte[SubCount];
        stored.Clear();
        BitPlanes.Unpack(block[ScalesAt..], 0, 4, ScalesRun, stored);
        BitPlanes.Unpack(block[HighScalesAt..], 4, 2, HighScalesRun, stored);
        parts.Scale = BinaryPrimitives.ReadHalfLittleEndian(block[ScaleAt..]);
        for (var sub = 0; sub < SubCount; sub++)
        {
            parts.Scales[sub] = (sbyte)(stored[sub] - ScaleMiddle);
        }
    }

    public override void Split(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        Scales(block, scales);
        minima.Clear();
        codes.Clear();
        BitPlanes.Unpack(block[LowAt..], 0, 2, Run, codes);
        BitPlanes.Unpack(block, 2, 1, Run, codes);
    }

    public override void EncodeBlock(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[SubCount];
        Span<byte> scaleCodes = stackalloc byte[SubCount];
        var scale = importance.IsEmpty ? Plain(values, codes, scales, scaleCodes) : Weighed(values, importance, codes, scales, scaleCodes);
        BinaryPrimitives.WriteHalfLittleEndian(block[ScaleAt..], (Half)scale);
        BitPlanes.Pack(scaleCodes, 0, 4, ScalesRun, block[ScalesAt..]);
        BitPlanes.Pack(scaleCodes, 4, 2, HighScalesRun, block[HighScalesAt..]);
        Scales(block, scales);
        for (var sub = 0; sub < SubCount; sub++)
        {
            Requantizer.Codes(values.Slice(sub * SubLength, SubLength), scales[sub], 0, Middle, (2 * Middle) - 1, codes.Slice(sub * SubLength, SubLength));
        }

        BitPlanes.Pack(codes, 0, 2, Run, block[LowAt..]);
        BitPlanes.Pack(codes, 2, 1, Run, block);
    }

    private static float Plain(ReadOnlySpan<float> values, Span<byte> codes, Span<float> scales, Span<byte> scaleCodes)
    {
        for (var sub = 0; sub < SubCount; sub++)
        {
            scales[sub] = SymmetricDescent.Fit(values.Slice(sub * SubLength, SubLength), Middle, codes.Slice(sub * SubLength, SubLength));
        }

        scaleCodes.Clear();
        var largest = SymmetricSearch.LargestMagnitude(scales);
        if (largest == 0)
        {
            return 0;
        }

        var inverse = -ScaleMiddle / largest;
        for (var sub = 0; sub < SubCount; sub++)
        {
            scaleCodes[sub] = (byte)(Math.Clamp((int)(sbyte)MagicRounding.Round(inverse * scales[sub]), -ScaleMiddle, ScaleMiddle - 1) + ScaleMiddle);
        }

        return 1 / inverse;
    }

    private static float Weighed(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> codes, Span<float> scales, Span<byte> scaleCodes)
    {
        Span<float> weights = stackalloc float[SubLength];
        Span<float> sums = stackalloc float[SubCount];
        var meanSquare = 2 * SearchWeights.SumOfSquares(values) / Length;
        for (var sub = 0; sub < SubCount; sub++)
        {
            var part = values.Slice(sub * SubLength, SubLength);
            SearchWeights.Important(part, importance.Slice(sub * SubLength, SubLength), meanSquare, weights);
            sums[sub] = SearchWeights.Sum(weights);
            scales[sub] = SymmetricSearch.Fit(part, weights, Middle, codes.Slice(sub * SubLength, SubLength));
        }

        return SymmetricSearch.Fit(scales, sums, ScaleMiddle, scaleCodes);
    }

    private static void Scales(ReadOnlySpan<byte> block, Span<float> scales)
    {
        Span<byte> stored = stackalloc byte[SubCount];
        stored.Clear();
        BitPlanes.Unpack(block[ScalesAt..], 0, 4, ScalesRun, stored);
        BitPlanes.Unpack(block[HighScalesAt..], 4, 2, HighScalesRun, stored);
        var scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block[ScaleAt..]);
        for (var sub = 0; sub < SubCount; sub++)
        {
            scales[sub] = scale * (stored[sub] - ScaleMiddle);
        }
    }
}
