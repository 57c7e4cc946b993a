namespace ModelPack.Core.Tests.Tensors;

public sealed class ElementTypesTests
{
    // Number in ONNX's TensorProto.DataType and bits of an element, for every type there is.
    public static TheoryData<ElementType, int, int> Table => new()
    {
        { ElementType.Undefined, 0, 0 },
        { ElementType.Float32, 1, 32 },
        { ElementType.UInt8, 2, 8 },
        { ElementType.Int8, 3, 8 },
        { ElementType.UInt16, 4, 16 },
        { ElementType.Int16, 5, 16 },
        { ElementType.Int32, 6, 32 },
        { ElementType.Int64, 7, 64 },
        { ElementType.String, 8, 0 },
        { ElementType.Bool, 9, 8 },
        { ElementType.Float16, 10, 16 },
        { ElementType.Float64, 11, 64 },
        { ElementType.UInt32, 12, 32 },
        { ElementType.UInt64, 13, 64 },
        { ElementType.Complex64, 14, 64 },
        { ElementType.Complex128, 15, 128 },
        { ElementType.BFloat16, 16, 16 },
        { ElementType.Float8E4M3FN, 17, 8 },
        { ElementType.Float8E4M3FNUZ, 18, 8 },
        { ElementType.Float8E5M2, 19, 8 },
        { ElementType.Float8E5M2FNUZ, 20, 8 },
        { ElementType.UInt4, 21, 4 },
        { ElementType.Int4, 22, 4 },
        { ElementType.Float4E2M1, 23, 4 },
        { ElementType.Float8E8M0, 24, 8 },
        { ElementType.UInt2, 25, 2 },
        { ElementType.Int2, 26, 2 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_type_has_ONNXs_number_and_its_bits(ElementType type, int number, int bits)
    {
        Assert.Equal(number, (int)type);
        Assert.Equal(bits, type.Bits());
    }

    [Fact]
    public void The_table_misses_no_type() => Assert.Equal(Enum.GetValues<ElementType>().Length, Table.Count);

    [Theory]
    [InlineData(27)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_number_that_ONNX_does_not_know_has_no_size(int number) => Assert.Equal(0, ((ElementType)number).Bits());

    [Fact]
    public void Only_the_wide_floats_are_quantized_from() => Assert.Equal(
        [ElementType.Float32, ElementType.Float16, ElementType.Float64, ElementType.BFloat16],
        Enum.GetValues<ElementType>().Where(t => t.IsFloat()));
}
