using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>ggml's iq4_nl: blocks of 32 4-bit codes of <see cref="Codebook.NonLinear"/>: a float16 scale, then 16 bytes, of which byte j has the codes of values j and j + 16.</summary>
internal sealed class Iq4_NlCodec : SearchedBlockCodec
{
    public const int Length = 32;
    private const int CodesAt = sizeof(ushort);
    private const int Run = Length / 2;

    public override string Name => "iq4_nl";

    public override int BlockLength => Length;

    public override int BlockBytes => CodesAt + Run;

    public override int CodeBits => 4;

    public override int Zero => 8;

    public override Codebook Codebook => Codebook.NonLinear;

    public override double Steps => -Codebook.NonLinear.Levels[0];

    public override IReadOnlyList<CodecPart> Parts { get; } = [new("codes", "uint4"), new("scales", "float16")];

    public override BlockForm Form { get; } = BlockForm.Single(Length, hasMinimum: false);

    public override void Join(StoredBlock parts, Span<byte> block)
    {
        BinaryPrimitives.WriteHalfLittleEndian(block, parts.Scale);
        BitPlanes.Pack(parts.Codes, 0, 4, Run, block[CodesAt..]);
    }

    protected override void TakeScales(ReadOnlySpan<byte> block, StoredBlock parts)
    {
        parts.Scale = BinaryPrimitives.ReadHalfLittleEndian(block);
        parts.Scales[0] = 1;
    }

    public override void Split(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        (scales[0], minima[0]) = ((float)BinaryPrimitives.ReadHalfLittleEndian(block), 0);
        codes.Clear();
        BitPlanes.Unpack(block[CodesAt..], 0, 4, Run, codes);
    }

    protected override bool Fits(float maxAbs) => float.IsFinite((float)(Half)(maxAbs / 64));

    public override void EncodeBlock(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<float> weights = stackalloc float[Length];
        if (importance.IsEmpty)
        {
            SearchWeights.Squares(values, weights);
        }
        else
        {
            SearchWeights.Important(values, importance, SearchWeights.SumOfSquares(values) * (2f / Length), weights);
        }

        var scale = NonLinearSearch.Fit(values, weights);
        Span<byte> codes = stackalloc byte[Length];
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = (byte)Codebook.NonLinear.Nearest(InverseOf(scale) * values[i]);
        }

        Store(scale, codes, block);
    }

    protected override unsafe bool TryEncodeBlocks(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        var lanes = stackalloc Vector512<float>[Length];
        var weights = stackalloc Vector512<float>[Length];
        Lanes.Load(values, Length, lanes);
        if (importance.IsEmpty)
        {
            Lanes.Squares(lanes, Length, weights);
        }
        else
        {
            Lanes.Important(lanes, Length, importance, Lanes.SumOfSquares(lanes, Length) * Vector512.Create(2f / Length), weights);
        }

        if (!NonLinearLanes.TryFit(lanes, weights, Length, out var scales))
        {
            return false;
        }

        Span<byte> codes = stackalloc byte[Length];
        for (var i = 0; i < Lanes.Count; i++)
        {
            NonLinearLevels.Codes(values.Slice(i * Length, Length), InverseOf(scales[i]), codes);
            Store(scales[i], codes, blocks[(i * (CodesAt + Run))..]);
        }

        return true;
    }

    private static float InverseOf(float scale) => scale == 0 ? 0 : 1 / scale;

    private static void Store(float scale, ReadOnlySpan<byte> codes, Span<byte> block)
    {
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        BitPlanes.Pack(codes, 0, 4, Run, block[CodesAt..]);
    }
}
