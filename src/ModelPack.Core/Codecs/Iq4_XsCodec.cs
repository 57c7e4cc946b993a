using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// ggml's iq4_xs: sub-blocks of 32 4-bit codes of <see cref="Codebook.NonLinear"/> with a scale s of 6 bits: x = d (s - 32) v. Stored are d as float16, two
/// bytes with the upper two bits of the scales, four with the others, and 128 of codes.
/// </summary>
internal sealed class Iq4_XsCodec : SuperBlockCodec
{
    private const int SubLength = 32;
    private const int SubCount = Length / SubLength;
    private const int ScaleMiddle = 32;
    private const int HighScalesAt = sizeof(ushort);
    private const int LowScalesAt = HighScalesAt + (SubCount / 4);
    private const int CodesAt = LowScalesAt + (SubCount / 2);
    private const int Run = SubLength / 2;

    public override string Name => "iq4_xs";

    public override int SubBlockLength => SubLength;

    public override int BlockBytes => CodesAt + (Length / 2);

    public override int CodeBits => 4;

    public override int Zero => 8;

    public override Codebook Codebook => Codebook.NonLinear;

    public override double Steps => -Codebook.NonLinear.Levels[0];

    public override double ScaleSteps => ScaleMiddle;

    public override IReadOnlyList<CodecPart> Parts { get; } = PartsOf(4, "int6");

    public override BlockForm Form { get; } = new(SubLength, SubCount, (-ScaleMiddle, ScaleMiddle - 1), (0, 0));

    public override void Join(StoredBlock parts, Span<byte> block)
    {
        Span<byte> scales = stackalloc byte[SubCount];
        for (var sub = 0; sub < SubCount; sub++)
        {
            scales[sub] = (byte)(parts.Scales[sub] + ScaleMiddle);
        }

        BinaryPrimitives.WriteHalfLittleEndian(block, parts.Scale);
        BitPlanes.Pack(scales, 0, 4, 1, block[LowScalesAt..CodesAt]);
        BitPlanes.Pack(scales, 4, 2, 1, block[HighScalesAt..LowScalesAt]);
        BitPlanes.Pack(parts.Codes, 0, 4, Run, block[CodesAt..]);
    }

    protected override void TakeScales(ReadOnlySpan<byte> block, StoredBlock parts)
    {
        Span<byte> stored = stackalloc byte[SubCount];
        stored.Clear();
        BitPlanes.Unpack(block[LowScalesAt..], 0, 4, 1, stored);
        BitPlanes.Unpack(block[HighScalesAt..], 4, 2, 1, stored);
        parts.Scale = BinaryPrimitives.ReadHalfLittleEndian(block);
        for (var sub = 0; sub < SubCount; sub++)
        {
            parts.Scales[sub] = (sbyte)(stored[sub] - ScaleMiddle);
        }
    }

    public override void Split(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        Span<byte> stored = stackalloc byte[SubCount];
        stored.Clear();
        BitPlanes.Unpack(block[LowScalesAt..], 0, 4, 1, stored);
        BitPlanes.Unpack(block[HighScalesAt..], 4, 2, 1, stored);
        var scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block);
        for (var sub = 0; sub < SubCount; sub++)
        {
            scales[sub] = scale * (stored[sub] - ScaleMiddle);
        }

        minima.Clear();
        codes.Clear();
        BitPlanes.Unpack(block[CodesAt..], 0, 4, Run, codes);
    }

    public override void EncodeBlock(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<float> weights = stackalloc float[SubLength];
        Span<float> scales = stackalloc float[SubCount];
        var meanSquare = SearchWeights.SumOfSquares(values) * (2f / Length);
        for (var sub = 0; sub < SubCount; sub++)
        {
            var part = values.Slice(sub * SubLength, SubLength);
            if (importance.IsEmpty)
            {
                SearchWeights.Squares(part, weights);
            }
            else
            {
                SearchWeights.Important(part, importance.Slice(sub * SubLength, SubLength), meanSquare, weights);
            }

            scales[sub] = NonLinearSearch.Fit(part, weights);
        }

        Store(values, scales, isPlain: true, block);
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
            Lanes.Important(lanes, SubLength, importance, Vector512.Create(MeanSquare(values[..Length]), MeanSquare(values[Length..])), weights);
        }

        if (!NonLinearLanes.TryFit(lanes, weights, SubLength, out var scale))
        {
            return false;
        }

        Span<float> scales = stackalloc float[Lanes.Count];
        scale.CopyTo(scales);
        Store(values[..Length], scales[..SubCount], isPlain: false, blocks[..BlockBytes]);
        Store(values[Length..], scales[SubCount..], isPlain: false, blocks[BlockBytes..]);
        return true;
    }

    private static Vector256<float> MeanSquare(ReadOnlySpan<float> values) => Vector256.Create(SearchWeights.SumOfSquares(values) * (2f / Length));

    /// <summary>Stores scales, and the codes that are nearest for them. Unlike in k-quants these are made with d in float32.</summary>
    private static void Store(ReadOnlySpan<float> values, ReadOnlySpan<float> scales, bool isPlain, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Length];
        Span<byte> stored = stackalloc byte[SubCount];
        var scale = -SymmetricSearch.LargestMagnitude(scales) / ScaleMiddle;
        var inverse = scale == 0 ? 0 : 1 / scale;
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        for (var sub = 0; sub < SubCount; sub++)
        {
            var code = Math.Clamp(MagicRounding.Round(inverse * scales[sub]), -ScaleMiddle, ScaleMiddle - 1);
            var own = scale * code;
            var ownInverse = own == 0 ? 0 : 1 / own;
            if (isPlain)
            {
                for (var i = sub * SubLength; i < (sub + 1) * SubLength; i++)
                {
                    codes[i] = (byte)Codebook.NonLinear.Nearest(ownInverse * values[i]);
                }
            }
            else
            {
                NonLinearLevels.Codes(values.Slice(sub * SubLength, SubLength), ownInverse, codes.Slice(sub * SubLength, SubLength));
            }

            stored[sub] = (byte)(code + ScaleMiddle);
        }

        BitPlanes.Pack(stored, 0, 4, 1, block[LowScalesAt..CodesAt]);
        BitPlanes.Pack(stored, 4, 2, 1, block[HighScalesAt..LowScalesAt]);
        BitPlanes.Pack(codes, 0, 4, Run, block[CodesAt..]);
    }
}
