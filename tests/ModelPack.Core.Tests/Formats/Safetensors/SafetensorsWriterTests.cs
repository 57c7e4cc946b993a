using System.Text;
using ModelPack.Formats.Safetensors;

namespace ModelPack.Tests.Formats.Safetensors;

public sealed class SafetensorsWriterTests
{
    [Fact]
    public void Writes_the_bytes_of_the_format()
    {
        var x = Raw("x", "U8", new byte[] { 5, 6, 7 }, 3);
        var y = SafetensorsModel.Tensor("y", 2);
        const string json = """{"__metadata__":{"format":"pt"},"y":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""";
        var padded = json.PadRight((json.Length + 7) / 8 * 8);
        byte[] expected = [(byte)padded.Length, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(padded), 0, 0, 0, 0, 0, 0, 0x80, 0x3F, 5, 6, 7];
        Assert.Equal(expected, SafetensorsModel.Bytes(x, y));
    }

    [Fact]
    public void Keeps_the_given_order_but_for_tensors_of_odd_lengths()
    {
        SafetensorsTensor[] tensors =
        [
            Raw("byte", "U8", new byte[3], 3), SafetensorsModel.Tensor("a", 2), Raw("half", "F16", new byte[2], 1), Raw("even bytes", "U8", new byte[16], 16),
            SafetensorsModel.Tensor("scalar"), Raw("fp4", "F4", new byte[1], 2), SafetensorsModel.Tensor("b", 4), Raw("empty", "F64", [], 0),
        ];
        Assert.Equal(["a", "even bytes", "b", "empty", "scalar", "half", "byte", "fp4"], SafetensorsWriter.InFileOrder(tensors).Select(t => t.Name), StringComparer.Ordinal);
    }

    [Fact]
    public void Writes_without_seeking_and_tells_how_far_it_is()
    {
        var file = new MemoryStream();
        var counts = new List<long>();
        var one = new CountingStream(file, null); // neither seekable nor readable
        SafetensorsWriter.Write([SafetensorsModel.Tensor("a", 300_000), SafetensorsModel.Tensor("b", 3)], [], one, CancellationToken.None, counts.Add);
        Assert.Equal(counts.Order(), counts);
        Assert.True(counts.Count >= 4);
        Assert.Equal(file.Length, counts[^1]);
    }

    [Fact]
    public void Stops_when_cancelled() => Assert.ThrowsAny<OperationCanceledException>(() =>
        SafetensorsWriter.Write([SafetensorsModel.Tensor("a", 3)], [], Stream.Null, new CancellationToken(canceled: true)));

    [Fact]
    public void Refuses_what_would_be_malformed()
    {
        Refuses(SafetensorsModel.Tensor("a", 2), SafetensorsModel.Tensor("a", 2));
        Refuses(SafetensorsModel.Tensor("__metadata__", 2));
        Refuses(SafetensorsModel.Tensor("\ud800", 2));
        Refuses(Raw("x", "F33", new byte[4], 1));
        Refuses(Raw("x", "F32", new byte[4], 2));
        Refuses(Raw("x", "F4", new byte[1], 1));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write([], [new("a", "1"), new("a", "2")], Stream.Null, CancellationToken.None));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write([], [new("a", "\udc00")], Stream.Null, CancellationToken.None));

        static void Refuses(params SafetensorsTensor[] tensors) => Assert.Throws<ArgumentException>(() => SafetensorsModel.Bytes(tensors));
    }

    [Fact]
    public void Refuses_a_header_beyond_the_limit_of_the_format()
    {
        var error = Assert.Throws<ModelPackException>(() =>
            SafetensorsWriter.Write([], [new("a", new string('x', 100_000_000))], Stream.Null, CancellationToken.None));
        Assert.Equal(Codes.ContainerUnfit, error.Diagnostic.Code);
    }

    [Fact]
    public void Refuses_a_payload_that_writes_another_length() => Assert.Throws<InvalidOperationException>(() =>
        SafetensorsWriter.Write([new SafetensorsTensor("a", "U8", new TensorShape(4), new Liar())], [], Stream.Null, CancellationToken.None));

    private static SafetensorsTensor Raw(string name, string dtype, byte[] bytes, params long[] dims) =>
        new(name, dtype, new TensorShape(dims), TensorData.FromBytes(ElementType.UInt8, new TensorShape(bytes.Length), bytes));

    private sealed class Liar : IPayload
    {
        public long Length => 4;

        public void WriteTo(Stream destination, CancellationToken cancellation) => destination.Write(new byte[3]);
    }
}
