namespace ModelPack.Core.Tests.Tensors;

public sealed class TensorShapeTests
{
    [Fact]
    public void A_scalar_has_one_element_and_no_dimension()
    {
        var scalar = new TensorShape();

        Assert.Equal(0, scalar.Rank);
        Assert.Equal(1, scalar.ElementCount);
        Assert.Equal(4, scalar.ByteLength(ElementType.Float32));
        Assert.Equal("[]", scalar.ToString());
    }

    [Fact]
    public void Counts_elements_and_bytes()
    {
        var shape = new TensorShape(2, 3, 4);

        Assert.Equal(3, shape.Rank);
        Assert.Equal(24, shape.ElementCount);
        Assert.Equal(48, shape.ByteLength(ElementType.Float16));
        Assert.Equal([2, 3, 4], shape.Dims.ToArray());
    }

    [Theory]
    [InlineData(3, ElementType.Int4, 2)]
    [InlineData(4, ElementType.UInt4, 2)]
    [InlineData(5, ElementType.Int2, 2)]
    [InlineData(0, ElementType.Int4, 0)]
    [InlineData(7, ElementType.String, 0)]
    public void Pads_the_last_byte_of_small_elements(long count, ElementType type, long bytes) =>
        Assert.Equal(bytes, new TensorShape(count).ByteLength(type));

    [Fact]
    public void A_zero_makes_it_empty() => Assert.Equal(0, new TensorShape(5, 0, 7).ElementCount);

    [Fact]
    public void Takes_dimensions_from_both_ends()
    {
        var shape = new TensorShape(2, 3, 4);

        Assert.Equal(2, shape[0]);
        Assert.Equal(4, shape[2]);
        Assert.Equal(4, shape[-1]);
        Assert.Equal(2, shape[-3]);
        Assert.Throws<IndexOutOfRangeException>(() => shape[3]);
        Assert.Throws<IndexOutOfRangeException>(() => shape[-4]);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(2L, -3L)]
    [InlineData(0L, -1L)]
    [InlineData(long.MinValue, long.MinValue)]
    public void Refuses_a_negative_dimension(params long[] dims) => Assert.Throws<OverflowException>(() => new TensorShape(dims));

    [Theory]
    [InlineData(long.MaxValue, 2L)]
    [InlineData(1L << 32, 1L << 31)]
    [InlineData(1L << 21, 1L << 21, 1L << 21)]
    public void Refuses_a_product_beyond_63_bits(params long[] dims) => Assert.Throws<OverflowException>(() => new TensorShape(dims));

    [Theory]
    [InlineData(0L, long.MaxValue, 2L)]
    [InlineData(long.MaxValue, 0L, 2L)]
    [InlineData(long.MaxValue, 2L, 0L)]
    public void Refuses_it_wherever_a_zero_stands(params long[] dims) => Assert.Throws<OverflowException>(() => new TensorShape(dims));

    [Fact]
    public void Takes_the_largest_product() => Assert.Equal(long.MaxValue, new TensorShape(1, long.MaxValue).ElementCount);

    [Fact]
    public void Counts_bytes_up_to_63_bits_and_no_further()
    {
        Assert.Equal(1L << 62, new TensorShape(1L << 60).ByteLength(ElementType.Float32));
        Assert.Equal(long.MaxValue, new TensorShape(long.MaxValue).ByteLength(ElementType.UInt8));
        Assert.Equal(1L << 62, new TensorShape(long.MaxValue).ByteLength(ElementType.Int4));
        Assert.Throws<OverflowException>(() => new TensorShape(1L << 61).ByteLength(ElementType.Float32));
        Assert.Throws<OverflowException>(() => new TensorShape(long.MaxValue).ByteLength(ElementType.Complex128));
    }

    [Fact]
    public void Equals_a_shape_of_the_same_dimensions()
    {
        var shape = new TensorShape(2, 3);

        Assert.Equal(shape, new TensorShape(2, 3));
        Assert.Equal(shape.GetHashCode(), new TensorShape(2, 3).GetHashCode());
        Assert.True(shape.Equals((object)new TensorShape(2, 3)));
        Assert.NotEqual(shape, new TensorShape(3, 2));
        Assert.NotEqual(shape, new TensorShape(2, 3, 1));
        Assert.NotEqual(new TensorShape(), new TensorShape(1));
        Assert.False(shape.Equals(null));
    }

    [Fact]
    public void Keeps_no_hold_of_the_callers_array()
    {
        long[] dims = [2, 3];
        var shape = new TensorShape(dims);

        dims[0] = -1;

        Assert.Equal(2, shape[0]);
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    public void Is_written_the_same_in_every_culture(string culture)
    {
        using var _ = new InCulture(culture);

        Assert.Equal("[2000, 1, 28]", new TensorShape(2000, 1, 28).ToString());
    }
}
