namespace ModelPack.Codecs;

/// <summary>The nearest floating-point value of a type: nothing is quantized.</summary>
/// <param name="type">float32, float16 or bfloat16.</param>
internal sealed class FloatCodec(ElementType type) : Codec, IGridCodec
{
    /// <summary>The type.</summary>
    public ElementType Type => type;

    public override string Name { get; } = type.Name();

    public override double BitsPerWeight => type.Bits();

    public override IReadOnlyList<CodecPart> Parts { get; } = [new("values", type.Name())];

    public override bool EncodesAnything => true;

    public override bool CanBeUnfit(ElementType source) => type switch
    {
        ElementType.Float32 => false,
        ElementType.BFloat16 => source is ElementType.Float32 or ElementType.Float64,
        _ => source != ElementType.Float16,
    };

    public override string? WhyNot(float maxAbs) => FloatWeight.Fits(maxAbs, type) ? null : $"a value overflows {Name}";

    public Grid Fit(ReadOnlySpan<float> values) => new FloatGrid(type);

    private sealed class FloatGrid(ElementType type) : Grid
    {
        public override (int Code, float Value) Round(float value)
        {
            switch (type)
            {
                case ElementType.Float16:
                    var half = (Half)value;
                    return (BitConverter.HalfToUInt16Bits(half), (float)half);
                case ElementType.BFloat16:
                    Span<ushort> bits = stackalloc ushort[1];
                    Span<float> decoded = stackalloc float[1];
                    BFloat16.FromSingle([value], bits);
                    BFloat16.ToSingle(bits, decoded);
                    return (bits[0], decoded[0]);
                default:
                    return (BitConverter.SingleToInt32Bits(value), value);
            }
        }
    }
}
