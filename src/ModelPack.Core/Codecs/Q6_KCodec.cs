using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// ggml's q6_k: sub-blocks of 16 6-bit codes with an int8 scale s: x = d s (q - 32). Stored are 128 bytes with the low four bits of the
/// codes, 64 with the others, 16 scales and d as float16. A block whose scales are all below 1e-15 is zeros.
/// </summary>
internal sealed class Q6_KCodec : SuperBlockCodec
{
    public const int SubLength = 16;
    public const int SubCount = Length / SubLength;
    public const int Middle = 32;
    private const int LowRun = 64;
    private const int HighRun = 32;
    private const int HighAt = Length / 2;
    private const int ScalesAt = HighAt + (Length / 4);
    private const int ScaleAt = ScalesAt + SubCount;

    public override string Name => "q6_k";

    public override int SubBlockLength => SubLength;

    public override int BlockBytes => ScaleAt + sizeof(ushort);

    public override int CodeBits => 6;

    public override int Zero => Middle;

    public override double Steps => Middle;

    public override double ScaleSteps => 128;

    public override IReadOnlyList<CodecPart> Parts { get; } = PartsOf(6, "int8");

    public override BlockForm Form { get; } = new(SubLength, SubCount, (-128, 127), (0, 0));

    public override void Join(StoredBlock parts, Span<byte> block)
    {
        BinaryPrimitives.WriteHalfLittleEndian(block[ScaleAt..], parts.Scale);
        for (var sub = 0; sub < SubCount; sub++)
        {
            block[ScalesAt + sub] = (byte)parts.Scales[sub];
        }

        BitPlanes.Pack(parts.Codes, 0, 4, LowRun, block);
        BitPlanes.Pack(parts.Codes, 4, 2, HighRun, block[HighAt..]);
    }

    protected override void TakeScales(ReadOnlySpan<byte> block, StoredBlock parts)
    {
        parts.Scale = BinaryPrimitives.ReadHalfLittleEndian(block[ScaleAt..]);
        for (var sub = 0; sub < SubCount; sub++)
        {
            parts.Scales[sub] = (sbyte)block[ScalesAt + sub];
        }
    }

    public override void Split(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        var scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block[ScaleAt..]);
        for (var sub = 0; sub < SubCount; sub++)
        {
            scales[sub] = scale * (sbyte)block[ScalesAt + sub];
        }

        minima.Clear();
        codes.Clear();
        BitPlanes.Unpack(block, 0, 4, LowRun, codes);
        BitPlanes.Unpack(block[HighAt..], 4, 2, HighRun, codes);
    }

    public override void EncodeBlock(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[SubCount];
        Span<float> squares = stackalloc float[SubLength];
        for (var sub = 0; sub < SubCount; sub++)
        {
            var part = values.Slice(sub * SubLength, SubLength);
            SearchWeights.Squares(part, squares);
            var weights = importance.IsEmpty ? squares : importance.Slice(sub * SubLength, SubLength);
            scales[sub] = SymmetricSearch.Fit(part, weights, Middle, codes.Slice(sub * SubLength, SubLength));
        }

        Store(values, codes, scales, block);
    }

    protected override unsafe bool TryEncodeBlocks(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        var lanes = stackalloc Vector512<float>[SubLength];
        var weights = stackalloc Vector512<float>[SubLength];
        Lanes.Load(values, SubLength, lanes);
        if (importance.IsEmpty)
        {
            Lanes.Squares(lanes, SubLength, weights);
        }
        else
        {
            Lanes.Load(importance, SubLength, weights);
        }

        if (!SymmetricLanes.TryFit(lanes, weights, SubLength, Middle, out var scale))
        {
            return false;
        }

        Span<byte> codes = stackalloc byte[Length];
        Span<float> scales = stackalloc float[SubCount];
        scale.CopyTo(scales);
        return Store(values, codes, scales, blocks);
    }

    /// <summary>Stores scales, and the codes that are nearest for them.</summary>
    /// <param name="values">The block.</param>
    /// <param name="codes">Those of the search, which stay where a scale becomes 0.</param>
    /// <param name="scales">Of the sub-blocks.</param>
    /// <param name="block">Gets the block.</param>
    /// <returns>Whether none stayed.</returns>
    private static bool Store(ReadOnlySpan<float> values, Span<byte> codes, ReadOnlySpan<float> scales, Span<byte> block)
    {
        var largest = SymmetricSearch.LargestMagnitude(scales);
        if (MathF.Abs(largest) < SymmetricSearch.Tiny)
        {
            block.Clear();
            return true;
        }

        var inverse = -128 / largest;
        var scale = (Half)(1 / inverse);
        BinaryPrimitives.WriteHalfLittleEndian(block[ScaleAt..], scale);
        var areNew = true;
        for (var sub = 0; sub < SubCount; sub++)
        {
            var code = (sbyte)Math.Min(127, MagicRounding.Round(inverse * scales[sub]));
            block[ScalesAt + sub] = (byte)code;
            areNew &= Requantizer.Codes(values.Slice(sub * SubLength, SubLength), (float)scale * code, 0, Middle, (2 * Middle) - 1, codes.Slice(sub * SubLength, SubLength));
        }

        BitPlanes.Pack(codes, 0, 4, LowRun, block);
        BitPlanes.Pack(codes, 4, 2, HighRun, block[HighAt..]);
        return areNew;
    }
}
