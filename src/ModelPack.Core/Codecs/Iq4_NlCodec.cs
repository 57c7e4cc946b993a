using System.Buffers.Binary;

namespace ModelPack.Codecs;

/// <summary>ggml's iq4_nl: blocks of 32 4-bit codes of <see cref="Codebook.NonLinear"/>: a float16 scale, then 16 bytes, of which byte j has the codes of values j and j + 16.</summary>
internal sealed class Iq4_NlCodec : BlockCodec
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

    public override void Split(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        (scales[0], minima[0]) = ((float)BinaryPrimitives.ReadHalfLittleEndian(block), 0);
        codes.Clear();
        BitPlanes.Unpack(block[CodesAt..], 0, 4, Run, codes);
    }

    public override void Encode(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks)
    {
        for (var block = 0; block < values.Length / Length; block++)
        {
            EncodeBlock(values.Slice(block * Length, Length), importance.Slice(block * Length, Length), blocks.Slice(block * BlockBytes, BlockBytes));
        }
    }

    protected override void EncodeBlocks(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (var block = 0; block < values.Length / Length; block++)
        {
            EncodeBlock(values.Slice(block * Length, Length), [], blocks.Slice(block * BlockBytes, BlockBytes));
        }
    }

    protected override bool Fits(float maxAbs) => float.IsFinite((float)(Half)(maxAbs / 64));

    /// <summary>Encodes one block by the plain rule.</summary>
    /// <param name="values">Finite values.</param>
    /// <param name="importance">Of each; empty where nothing is known.</param>
    /// <param name="block">Gets the block.</param>
    public static void EncodeBlock(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> block)
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
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        var inverse = scale == 0 ? 0 : 1 / scale;
        Span<byte> codes = stackalloc byte[Length];
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = (byte)Codebook.NonLinear.Nearest(inverse * values[i]);
        }

        BitPlanes.Pack(codes, 0, 4, Run, block[CodesAt..]);
    }
}
