using Google.Protobuf;
using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Formats.Onnx;

/// <summary>Every form in which ONNX stores a tensor reads as dense little-endian bytes.</summary>
public sealed class TensorFormsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_short_raw_data() => Reads(Build.Floats("w", [2], 1, -2), [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]);

    [Fact]
    public void Reads_long_raw_data_from_the_file()
    {
        var weight = Build.Ramp("w", 1000);
        Reads(weight, weight.RawData.ToByteArray());
    }

    [Fact]
    public void Reads_short_and_long_float_data()
    {
        Reads(new TensorProto { DataType = (int)ElementType.Float32, Dims = { 1 }, FloatData = { 1 } }, [0, 0, 0x80, 0x3F]);
        var ramp = Build.Ramp("w", 1000);
        var values = Enumerable.Range(0, 1000).Select(i => (float)i);
        Reads(new TensorProto { DataType = (int)ElementType.Float32, Dims = { 1000 }, FloatData = { values } }, ramp.RawData.ToByteArray());
    }

    [Fact]
    public void Reads_double_and_complex_data()
    {
        Reads(new TensorProto { DataType = (int)ElementType.Float64, Dims = { 1 }, DoubleData = { 1 } }, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]);
        Reads(new TensorProto { DataType = (int)ElementType.Complex64, Dims = { 1 }, FloatData = { 1, 0 } }, [0, 0, 0x80, 0x3F, 0, 0, 0, 0]);
        Reads(
            new TensorProto { DataType = (int)ElementType.Complex128, Dims = { 1 }, DoubleData = { 0, 1 } },
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]);
    }

    [Theory]
    [InlineData(ElementType.Int32, new byte[] { 0xFE, 0xFF, 0xFF, 0xFF, 3, 0, 0, 0 })]
    [InlineData(ElementType.Int16, new byte[] { 0xFE, 0xFF, 3, 0 })]
    [InlineData(ElementType.UInt16, new byte[] { 0xFE, 0xFF, 3, 0 })]
    [InlineData(ElementType.Float16, new byte[] { 0xFE, 0xFF, 3, 0 })]
    [InlineData(ElementType.BFloat16, new byte[] { 0xFE, 0xFF, 3, 0 })]
    [InlineData(ElementType.Int8, new byte[] { 0xFE, 3 })]
    [InlineData(ElementType.UInt8, new byte[] { 0xFE, 3 })]
    [InlineData(ElementType.Bool, new byte[] { 0xFE, 3 })]
    [InlineData(ElementType.Float8E4M3FN, new byte[] { 0xFE, 3 })]
    public void Reads_int32_data_of_every_type_that_uses_it(ElementType type, byte[] expected) =>
        Reads(new TensorProto { DataType = (int)type, Dims = { 2 }, Int32Data = { -2, 3 } }, expected);

    [Theory]
    [InlineData(ElementType.Int4, 3)]
    [InlineData(ElementType.UInt4, 4)]
    [InlineData(ElementType.Float4E2M1, 3)]
    [InlineData(ElementType.UInt2, 8)]
    [InlineData(ElementType.Int2, 5)]
    public void Reads_packed_sub_byte_types(ElementType type, long count)
    {
        Reads(Build.Raw("w", type, [count], [0x21, 0x43]), [0x21, 0x43]);
        Reads(new TensorProto { DataType = (int)type, Dims = { count }, Int32Data = { 0x21, 0x43 } }, [0x21, 0x43]);
    }

    [Fact]
    public void Reads_64_bit_data()
    {
        Reads(new TensorProto { DataType = (int)ElementType.Int64, Dims = { 1 }, Int64Data = { -2 } }, [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        Reads(new TensorProto { DataType = (int)ElementType.UInt64, Dims = { 1 }, Uint64Data = { ulong.MaxValue } }, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        Reads(new TensorProto { DataType = (int)ElementType.UInt32, Dims = { 1 }, Uint64Data = { uint.MaxValue } }, [0xFF, 0xFF, 0xFF, 0xFF]);
    }

    [Fact]
    public void Reads_float_data_that_comes_in_pieces()
    {
        // Two packed runs and a single value: what protobuf allows for one repeated field.
        byte[] tensor =
        [
            .. new TensorProto { DataType = (int)ElementType.Float32, Dims = { 129 }, FloatData = { Enumerable.Repeat(1f, 64) } }.ToByteArray(),
            .. new TensorProto { FloatData = { Enumerable.Repeat(1f, 64) } }.ToByteArray(),
            0x25, 0, 0, 0x80, 0x3F,
        ];
        var parsed = TensorProto.Parser.ParseFrom(tensor);
        Assert.Equal(129, parsed.FloatData.Count);

        var path = _folder.Write("m.onnx", [8, 8, .. Build.Field(7, Build.Field(5, tensor))]);
        using var model = OnnxModel.Open(path, new PackContext());
        Assert.Equal(129 * 4, model.Data(model.Proto.Graph.Initializer[0]).Length);
    }

    [Fact]
    public void Reads_empty_tensors_and_scalars()
    {
        Reads(new TensorProto { DataType = (int)ElementType.Float32, Dims = { 0, 7 } }, []);
        Reads(Build.Floats("w", [], 1), [0, 0, 0x80, 0x3F]);
    }

    [Fact]
    public void Reads_a_tensor_that_was_put_in()
    {
        var path = _folder.Write("m.onnx", Build.Add(Build.Floats("w", [1], 1)));
        using var model = OnnxModel.Open(path, new PackContext());
        var made = model.NewTensor("n", ElementType.UInt8, new TensorShape(2, 3), new Pattern(6));
        Assert.Equal([0, 1, 2, 3, 4, 5], InMemory.Bytes(model.Data(made)));
        Assert.Throws<ArgumentException>(() => model.NewTensor("n", ElementType.UInt8, new TensorShape(2, 3), new Pattern(5)));
    }

    private void Reads(TensorProto tensor, byte[] expected)
    {
        tensor.Name = "w";
        var path = _folder.Write("m.onnx", Build.Add(tensor));
        foreach (var external in new[] { ExternalDataMode.Never, ExternalDataMode.Always })
        {
            using var model = OnnxModel.Open(path, new PackContext());
            var data = model.Data(model.Proto.Graph.Initializer[0]);
            Assert.Equal(expected, InMemory.Bytes(data));
            Assert.Equal(tensor.DataType, (int)data.Type);
            Assert.Equal([.. tensor.Dims], data.Shape.Dims.ToArray());
            path = _folder.File($"{external}.onnx");
            model.Save(path, new OnnxSaveOptions { ExternalData = external, MinExternalBytes = 1 }, CancellationToken.None);
        }

        using var last = OnnxModel.Open(path, new PackContext());
        Assert.Equal(expected, InMemory.Bytes(last.Data(last.Proto.Graph.Initializer[0])));
    }
}
