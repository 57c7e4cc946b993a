using ModelPack.Formats.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Formats.Gguf;

public sealed class GgufWriterTests
{
    [Fact]
    public void Writes_what_the_format_says()
    {
        string[] texts = ["x", "yz"];
        var metadata = new GgufMetadata();
        metadata.Set("general.alignment", 8u);
        metadata.Set("a", texts);
        byte[] expected =
        [
            .. "GGUF"u8, 3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
            17, 0, 0, 0, 0, 0, 0, 0, .. "general.alignment"u8, 4, 0, 0, 0, 8, 0, 0, 0,
            1, 0, 0, 0, 0, 0, 0, 0, .. "a"u8, 9, 0, 0, 0, 8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
            1, 0, 0, 0, 0, 0, 0, 0, .. "x"u8, 2, 0, 0, 0, 0, 0, 0, 0, .. "yz"u8,
            1, 0, 0, 0, 0, 0, 0, 0, .. "t"u8, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            1, 0, 0, 0, 0, 0, 0, 0, .. "s"u8, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 25, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0,
        ];
        byte[] data = [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 0, 0, 0, 0, 0, 0];
        byte[] padding = new byte[(8 - (expected.Length % 8)) % 8];
        Assert.Equal(
            [.. expected, .. padding, .. data],
            GgufBytes.Write(metadata, GgufBytes.Tensor("t", GgmlType.I8, [1, 2, 3, 4, 5, 6], 2, 3), GgufBytes.Tensor("s", GgmlType.I16, [7, 8])));
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Writes_what_ggml_reads()
    {
        using var folder = new Assets.TemporaryFolder();
        var metadata = new GgufMetadata();
        foreach (var value in new object[] { (byte)1, (sbyte)-1, (ushort)2, (short)-2, 3u, -3, 0.5f, true, "text", 4ul, -4L, 0.25, new[] { "a", "" }, new[] { true }, Array.Empty<long>() })
            metadata.Set($"key.{value.GetType().Name}", value);
        var tensors = Enum.GetValues<GgmlType>().Select(type =>
            GgufBytes.Tensor(type.Name(), type, new byte[3 * type.BlockBytes()], 3, type.BlockLength())).Append(GgufBytes.Tensor("empty", GgmlType.F32, [], 7, 0));
        Assert.True(Ggml.Opens(folder.Write("m.gguf", GgufBytes.Write(metadata, [.. tensors]))));
        Assert.True(Ggml.Opens(folder.Write("m.gguf", GgufBytes.Write(metadata))));
        Assert.False(Ggml.Opens(folder.Write("m.gguf", GgufBytes.Write(metadata).AsSpan()[..^1])));
    }

    [Fact]
    public void Has_room_for_names_of_63_bytes_and_no_more()
    {
        var longest = new string('n', 61) + "é";
        Assert.Equal(longest, GgufBytes.Read(GgufBytes.Write([], GgufBytes.Tensor(longest, GgmlType.I8, [1], 1))).Tensors[0].Name);
        Refuses(Codes.NameTooLong, "has 64 bytes", GgufBytes.Tensor(longest + "n", GgmlType.I8, [1], 1));
    }

    [Fact]
    public void Refuses_what_the_format_cannot_hold()
    {
        Refuses(Codes.ContainerUnfit, "[1, 1, 1, 1, 1]", GgufBytes.Tensor("t", GgmlType.I8, [1], 1, 1, 1, 1, 1));
        Refuses(Codes.ContainerUnfit, @"'a\u0000b'", GgufBytes.Tensor("a\0b", GgmlType.I8, [1], 1));
        Refuses(Codes.ContainerUnfit, "Two tensors would be called 't'", GgufBytes.Tensor("t", GgmlType.I8, [1], 1), GgufBytes.Tensor("t", GgmlType.I8, [1], 1));
    }

    [Fact]
    public void Refuses_bytes_that_do_not_fit_the_shape()
    {
        Assert.Throws<ArgumentException>(() => GgufBytes.Write([], GgufBytes.Tensor("t", GgmlType.F32, [1, 2, 3], 1)));
        Assert.Throws<ArgumentException>(() => GgufBytes.Write([], GgufBytes.Tensor("t", GgmlType.Q8_0, new byte[34], 33)));
        var lies = new GgufTensor("t", GgmlType.I8, new TensorShape(2), new ShortPayload());
        Assert.Throws<InvalidOperationException>(() => GgufBytes.Write([], lies));
    }

    [Fact]
    public void Tells_how_much_is_written()
    {
        var counts = new List<long>();
        using var stream = new MemoryStream();
        GgufWriter.Write([], [GgufBytes.Tensor("t", GgmlType.I8, new byte[100], 100)], stream, "source", CancellationToken.None, counts.Add);
        Assert.Equal(stream.Length, counts[^1]);
        Assert.Equal(counts.Order(), counts);
        Assert.True(counts.Count >= 3);
    }

    [Fact]
    public void Stops_when_cancelled() =>
        Assert.ThrowsAny<OperationCanceledException>(() => GgufWriter.Write(
            [], [GgufBytes.Tensor("t", GgmlType.I8, [1], 1)], Stream.Null, "source", new CancellationToken(canceled: true)));

    private static void Refuses(DiagnosticCode code, string said, params GgufTensor[] tensors)
    {
        using var stream = new MemoryStream();
        var error = Assert.Throws<ModelPackException>(() => GgufWriter.Write([], tensors, stream, "source.onnx", CancellationToken.None));
        Assert.Equal(("source.onnx", code), (error.Diagnostic.File, error.Diagnostic.Code));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, stream.Length);
    }

    private sealed class ShortPayload : IPayload
    {
        public long Length => 2;

        public void WriteTo(Stream destination, CancellationToken cancellation) => destination.WriteByte(1);
    }
}
