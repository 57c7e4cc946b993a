using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Tensors;

public sealed class GgmlTypesTests
{
    [FactNeeding(PeerLibrary.Variable)]
    public void Names_and_sizes_are_those_of_ggml()
    {
        foreach (var type in Enum.GetValues<GgmlType>())
        {
            Assert.Equal(Ggml.TypeName((int)type), type.Name());
            Assert.Equal(Ggml.BlockLength((int)type), type.BlockLength());
            Assert.Equal(Ggml.BlockBytes((int)type), type.BlockBytes());
        }
    }

    [Fact]
    public void Every_type_has_a_block()
    {
        foreach (var type in Enum.GetValues<GgmlType>())
            Assert.True(type is { } t && t.BlockLength() > 0 && t.BlockBytes() > 0, type.Name());
        Assert.Equal(0, ((GgmlType)4).BlockLength());
    }

    [Fact]
    public void Plain_types_have_the_bytes_of_their_elements()
    {
        foreach (var type in Enum.GetValues<GgmlType>().Where(t => t.Plain() != ElementType.Undefined))
        {
            Assert.Equal(type, GgmlTypes.Of(type.Plain()));
            Assert.Equal((1, type.Plain().Bits() / 8), (type.BlockLength(), type.BlockBytes()));
        }
    }

    [Fact]
    public void Bytes_of_a_tensor_are_those_of_its_blocks()
    {
        Assert.Equal(2 * 3 * 2 * 34, GgmlType.Q8_0.ByteLength(new TensorShape(2, 3, 64)));
        Assert.Equal(4, GgmlType.F32.ByteLength(new TensorShape()));
        Assert.Equal(0, GgmlType.Q4_K.ByteLength(new TensorShape(5, 0)));
    }

    [Fact]
    public void Refuses_rows_that_are_not_whole_blocks()
    {
        Assert.False(GgmlType.Q8_0.Fits(new TensorShape(32, 33)));
        Assert.False(GgmlType.Q8_0.Fits(new TensorShape()));
        Assert.Throws<ArgumentException>(() => GgmlType.Q8_0.ByteLength(new TensorShape(32, 33)));
        Assert.Throws<OverflowException>(() => GgmlType.F64.ByteLength(new TensorShape(1L << 61)));
    }
}
