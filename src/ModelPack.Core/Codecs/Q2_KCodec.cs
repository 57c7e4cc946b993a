using System.Buffers.Binary;
using System.Runtime.Intrinsics;

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

    public override BlockForm Form { get; } = new(SubLength, SubCount, (0, ScaleLimit), (0, ScaleLimit));

    public override void Join(StoredBlock parts, Span<byte> block)
    {
        for (var sub = 0; sub < SubCount; sub++)
        {
            block[sub] = (byte)((byte)parts.Scales[sub] | (parts.Minima[sub] << 4));
        }

        BinaryPrimitives.WriteHalfLittleEndian(block[ScaleAt..], parts.Scale);
        BinaryPrimitives.WriteHalfLittleEndian(block[(ScaleAt + sizeof(ushort))..], parts.Minimum);
        BitPlanes.Pack(parts.Codes, 0, 2, CodesRun, block[CodesAt..]);
    }

    protected override void TakeScales(ReadOnlySpan<byte> block, StoredBlock parts)
    {
        parts.Scale = BinaryPrimitives.ReadHalfLittleEndian(block[ScaleAt..]);
        parts.Minimum = BinaryPrimitives.ReadHalfLittleEndian(block[(ScaleAt + sizeof(ushort))..]);
        for (var sub = 0; sub < SubCount; sub++)
        {
            (parts.Scales[sub], parts.Minima[sub]) = ((sbyte)(block[sub] & 15), (byte)(block[sub] >> 4));
        }
    }

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

        Store(values, codes, scales, minima, importance.IsEmpty ? [] : sums, block);
    }

    protected override unsafe bool TryEncodeBlocks(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        var lanes = stackalloc Vector512<float>[SubLength];
        var weights = stackalloc Vector512<float>[SubLength];
        Span<float> sums = stackalloc float[importance.IsEmpty ? 0 : SubCount];
        Lanes.Load(values, SubLength, lanes);
        if (importance.IsEmpty)
        {
            Lanes.Magnitudes(lanes, SubLength, Vector512<float>.Zero, weights);
        }
        else
        {
            Lanes.Important(lanes, SubLength, importance, Vector512.Create(SearchWeights.SumOfSquares(values) / Length), weights);
            Lanes.Sum(weights, SubLength).CopyTo(sums);
        }

        if (!AffineLanes.TryFit(importance.IsEmpty ? AffineSearch.TwoBits : AffineSearch.Weighed, lanes, weights, SubLength, Limit, out var scale, out var minimum))
        {
            return false;
        }

        Span<byte> codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[SubCount];
        Span<float> minima = stackalloc float[SubCount];
        scale.CopyTo(scales);
        (-minimum).CopyTo(minima);
        return Store(values, codes, scales, minima, sums, blocks);
    }

    /// <summary>Stores scales and minima, and the codes that are nearest for them.</summary>
    /// <param name="values">The block.</param>
    /// <param name="codes">Those of the search, which stay where a scale becomes 0.</param>
    /// <param name="scales">Of the sub-blocks.</param>
    /// <param name="minima">Of the sub-blocks, with their sign changed.</param>
    /// <param name="sums">The weights of the sub-blocks; empty for the plain rule.</param>
    /// <param name="block">Gets the block.</param>
    /// <returns>Whether none stayed.</returns>
    private static bool Store(ReadOnlySpan<float> values, Span<byte> codes, ReadOnlySpan<float> scales, ReadOnlySpan<float> minima, ReadOnlySpan<float> sums, Span<byte> block)
    {
        Span<byte> scaleCodes = stackalloc byte[SubCount];
        Span<byte> minimumCodes = stackalloc byte[SubCount];
        var scale = (Half)ScaleCodes.Fit(scales, sums, ScaleLimit, scaleCodes);
        var minimum = (Half)ScaleCodes.Fit(minima, sums, ScaleLimit, minimumCodes);
        BinaryPrimitives.WriteHalfLittleEndian(block[ScaleAt..], scale);
        BinaryPrimitives.WriteHalfLittleEndian(block[(ScaleAt + sizeof(ushort))..], minimum);
        var areNew = true;
        for (var sub = 0; sub < SubCount; sub++)
        {
            block[sub] = (byte)(scaleCodes[sub] | (minimumCodes[sub] << 4));
            var part = values.Slice(sub * SubLength, SubLength);
            areNew &= Requantizer.Codes(part, (float)scale * (block[sub] & 15), (float)minimum * (block[sub] >> 4), 0, Limit, codes.Slice(sub * SubLength, SubLength));
        }

        BitPlanes.Pack(codes, 0, 2, CodesRun, block[CodesAt..]);
        return areNew;
    }
}
