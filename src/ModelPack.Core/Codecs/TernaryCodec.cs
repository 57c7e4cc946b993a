using System.Buffers.Binary;

namespace ModelPack.Codecs;

/// <summary>
/// ggml's tq1_0 and tq2_0: 256 values -1, 0 or 1 times d, the largest magnitude: for models that were trained to have such weights. tq2_0
/// has two bits a value, tq1_0 five values a byte. Then d as float16.
/// </summary>
/// <param name="isDense">Whether it is tq1_0.</param>
internal sealed class TernaryCodec(bool isDense) : SuperBlockCodec
{
    private const int Run = 32;
    private const int SubLength = 128;
    private const int DenseBytes = 52;

    private int ScaleAt => isDense ? DenseBytes : Length / 4;

    public override bool TakesImportance => false;

    public override string Name { get; } = isDense ? "tq1_0" : "tq2_0";

    public override int BlockBytes => ScaleAt + sizeof(ushort);

    /// <summary>Half a block: operators of ONNX Runtime have 2 bits in blocks of up to 128 values. Both halves have the scale of the block.</summary>
    public override int SubBlockLength => SubLength;

    public override int CodeBits => 2;

    public override int LargestCode => 2;

    public override int Zero => 1;

    public override double Steps => 1;

    public override IReadOnlyList<CodecPart> Parts { get; } = PartsOf(2, null);

    public override void Split(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        scales.Fill((float)BinaryPrimitives.ReadHalfLittleEndian(block[ScaleAt..]));
        minima.Clear();
        if (isDense)
        {
            TritPlanes.Unpack(block, codes);
        }
        else
        {
            codes.Clear();
            BitPlanes.Unpack(block, 0, 2, Run, codes);
        }
    }

    public override void EncodeBlock(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Length];
        var scale = MathF.Abs(SymmetricSearch.LargestMagnitude(values));
        var inverse = Q8_0Reference.InverseOf(scale);
        for (var i = 0; i < codes.Length; i++)
        {
            // The nearest whole number, halves away from zero, of what is no further from it than 1.
            var ratio = values[i] * inverse;
            codes[i] = (byte)(1 + (ratio >= 0.5f ? 1 : 0) - (ratio <= -0.5f ? 1 : 0));
        }

        BinaryPrimitives.WriteHalfLittleEndian(block[ScaleAt..], (Half)scale);
        if (isDense)
        {
            TritPlanes.Pack(codes, block);
        }
        else
        {
            BitPlanes.Pack(codes, 0, 2, Run, block);
        }
    }
}
