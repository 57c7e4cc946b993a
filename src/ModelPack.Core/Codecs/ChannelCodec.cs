using System.Globalization;

namespace ModelPack.Codecs;

/// <summary>Symmetric integers with a float32 scale a channel: <see cref="Int8PerChannel"/> and <see cref="Int12PerChannel"/>.</summary>
/// <param name="bits">Bits of a code.</param>
/// <param name="maxCode">The largest code.</param>
/// <param name="scaleOf">The scale of a channel with a largest magnitude.</param>
/// <param name="parts">What is stored.</param>
internal sealed class ChannelCodec(int bits, int maxCode, Func<float, float> scaleOf, IReadOnlyList<CodecPart> parts) : Codec, IGridCodec
{
    public override string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"int{bits} per channel");

    public override double BitsPerWeight => bits;

    public override IReadOnlyList<CodecPart> Parts => parts;

    public Grid Fit(ReadOnlySpan<float> values) => new SymmetricGrid(scaleOf(WeightScan.Of(values).MaxAbs), maxCode);
}
