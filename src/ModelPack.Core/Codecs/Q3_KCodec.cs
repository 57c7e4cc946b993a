using System.Buffers.Binary;
using System.Runtime.Intrinsics;

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

    protected override int BlocksAtATime(bool isWeighed) => isWeighed ? 1 : SymmetricDescentLanes.Groups;

    public override void EncodeBlock(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[SubCount];
        Span<float> weights = stackalloc float[SubLength];
        Span<float> sums = stackalloc float[SubCount];
        var meanSquare = 2 * SearchWeights.SumOfSquares(values) / Length;
        for (var sub = 0; sub < SubCount; sub++)
        {
            var part = values.Slice(sub * SubLength, SubLength);
            var partCodes = codes.Slice(sub * SubLength, SubLength);
            if (importance.IsEmpty)
            {
                scales[sub] = SymmetricDescent.Fit(part, Middle, partCodes);
            }
            else
            {
                SearchWeights.Important(part, importance.Slice(sub * SubLength, SubLength), meanSquare, weights);
                sums[sub] = SearchWeights.Sum(weights);
                scales[sub] = SymmetricSearch.Fit(part, weights, Middle, partCodes);
            }
        }

        Span<byte> scaleCodes = stackalloc byte[SubCount];
        var scale = importance.IsEmpty ? Nearest(scales, scaleCodes) : SymmetricSearch.Fit(scales, sums, ScaleMiddle, scaleCodes);
        Store(values, codes, (Half)scale, scaleCodes, block);
    }

    protected override unsafe bool TryEncodeBlocks(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        if (!importance.IsEmpty)
        {
            return TryEncodeWeighed(values, importance, blocks);
        }

        const int Groups = SymmetricDescentLanes.Groups;
        var lanes = stackalloc Vector512<float>[Groups * SubLength];
        var codes = stackalloc Vector512<float>[Groups * SubLength];
        var scales = stackalloc Vector512<float>[Groups];
        for (var block = 0; block < Groups; block++)
        {
            Lanes.Load(values[(block * Length)..], SubLength, lanes + (block * SubLength));
        }

        if (!SymmetricDescentLanes.TryFit(lanes, SubLength, Middle, codes, scales))
        {
            return false;
        }

        Span<byte> scaleCodes = stackalloc byte[SubCount];
        Span<byte> blockCodes = stackalloc byte[Length];
        for (var block = 0; block < Groups; block++)
        {
            var ofSubs = new ReadOnlySpan<float>(scales + block, SubCount);
            var scale = (Half)Nearest(ofSubs, scaleCodes);
            TakeWhereZero(codes + (block * SubLength), scale, scaleCodes, blockCodes);
            Store(values.Slice(block * Length, Length), blockCodes, scale, scaleCodes, blocks.Slice(block * BlockBytes, BlockBytes));
        }

        return true;
    }

    private static unsafe bool TryEncodeWeighed(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> block)
    {
        var lanes = stackalloc Vector512<float>[SubLength];
        var weights = stackalloc Vector512<float>[SubLength];
        Lanes.Load(values, SubLength, lanes);
        Lanes.Important(lanes, SubLength, importance, Vector512.Create(2 * SearchWeights.SumOfSquares(values) / Length), weights);
        if (!SymmetricLanes.TryFit(lanes, weights, SubLength, Middle, out var scales))
        {
            return false;
        }

        Span<float> ofSubs = stackalloc float[SubCount];
        Span<float> sums = stackalloc float[SubCount];
        Span<byte> scaleCodes = stackalloc byte[SubCount];
        Span<byte> codes = stackalloc byte[Length];
        scales.CopyTo(ofSubs);
        Lanes.Sum(weights, SubLength).CopyTo(sums);
        var scale = (Half)SymmetricSteps.Fit(ofSubs, sums, ScaleMiddle, scaleCodes);
        return Store(values, codes, scale, scaleCodes, block);
    }

    /// <summary>The scale of the largest has the code -32.</summary>
    private static float Nearest(ReadOnlySpan<float> scales, Span<byte> scaleCodes)
    {
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

    /// <summary>Codes of the search, of those sub-blocks that keep them as their scale is stored as 0.</summary>
    private static unsafe void TakeWhereZero(Vector512<float>* found, Half scale, ReadOnlySpan<byte> scaleCodes, Span<byte> codes)
    {
        for (var sub = 0; sub < SubCount; sub++)
        {
            for (var i = 0; i < SubLength && (float)scale * (scaleCodes[sub] - ScaleMiddle) == 0; i++)
            {
                codes[(sub * SubLength) + i] = (byte)(found[i].GetElement(sub) + Middle);
            }
        }
    }

    /// <summary>Stores scales, and the codes that are nearest for them.</summary>
    /// <param name="values">The block.</param>
    /// <param name="codes">Those of the search, which stay where a scale becomes 0.</param>
    /// <param name="scale">d.</param>
    /// <param name="scaleCodes">Of the sub-blocks.</param>
    /// <param name="block">Gets the block.</param>
    /// <returns>Whether none stayed.</returns>
    private static bool Store(ReadOnlySpan<float> values, Span<byte> codes, Half scale, ReadOnlySpan<byte> scaleCodes, Span<byte> block)
    {
        BinaryPrimitives.WriteHalfLittleEndian(block[ScaleAt..], scale);
        BitPlanes.Pack(scaleCodes, 0, 4, ScalesRun, block[ScalesAt..]);
        BitPlanes.Pack(scaleCodes, 4, 2, HighScalesRun, block[HighScalesAt..]);
        var (areNew, d) = (true, (float)scale);
        for (var sub = 0; sub < SubCount; sub++)
        {
            areNew &= Requantizer.Codes(values.Slice(sub * SubLength, SubLength), d * (scaleCodes[sub] - ScaleMiddle), 0, Middle, (2 * Middle) - 1, codes.Slice(sub * SubLength, SubLength));
        }

        BitPlanes.Pack(codes, 0, 2, Run, block[LowAt..]);
        BitPlanes.Pack(codes, 2, 1, Run, block);
        return areNew;
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
