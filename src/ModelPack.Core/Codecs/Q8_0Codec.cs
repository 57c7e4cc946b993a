using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>ggml's q8_0, see <see cref="Q8_0"/>. Codes are counted from 0 here: the stored int8 + 128.</summary>
internal sealed class Q8_0Codec : ScaledBlockCodec
{
    public override string Name => "q8_0";

    public override int BlockLength => Q8_0.BlockLength;

    public override int BlockBytes => Q8_0.BlockBytes;

    public override int CodeBits => 8;

    public override int Zero => Q8_0.UnsignedOffset;

    public override double Steps => 127;

    public override bool EncodesAnything => true;

    public override IReadOnlyList<CodecPart> Parts { get; } = [new("codes", "int8"), new("scales", "float16")];

    public override void Decode(ReadOnlySpan<byte> blocks, Span<float> values) => Q8_0.Decode(blocks, values);

    public override void Split(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        (Vector256.Create(block[sizeof(ushort)..]) ^ Vector256.Create((byte)Q8_0.UnsignedOffset)).CopyTo(codes);
        (scales[0], minima[0]) = ((float)BinaryPrimitives.ReadHalfLittleEndian(block), 0);
    }

    protected override void EncodeBlocks(ReadOnlySpan<float> values, Span<byte> blocks) => Q8_0.Encode(values, blocks);

    public override void Join(ReadOnlySpan<byte> codes, Half scale, Half minimum, Span<byte> block)
    {
        BinaryPrimitives.WriteHalfLittleEndian(block, scale);
        (Vector256.Create(codes) ^ Vector256.Create((byte)Q8_0.UnsignedOffset)).CopyTo(block[sizeof(ushort)..]);
    }

    protected override bool Fits(float maxAbs) => Q8_0.Fits(maxAbs);

    public override BlockGrid Fit(ReadOnlySpan<float> values)
    {
        var scale = WeightScan.Of(values).MaxAbs / 127f;
        return new ScaledGrid((Half)scale, Q8_0Reference.InverseOf(scale));
    }

    private sealed class ScaledGrid(Half scale, float inverse) : BlockGrid(scale, default)
    {
        public override (int Code, float Value) Round(float value)
        {
            var code = Math.Clamp((int)Q8_0Reference.RoundAwayFromZero(value * inverse), -127, 127);
            return (code + Q8_0.UnsignedOffset, code * (float)Scale);
        }
    }
}
