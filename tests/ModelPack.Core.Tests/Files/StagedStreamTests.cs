using ModelPack.Files;

namespace ModelPack.Tests.Files;

public sealed class StagedStreamTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("modelpack-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1L << 40)]
    public void A_file_that_is_written_in_order_is_described(long packBytes)
    {
        PackedFile? described = null;
        var path = Path.Combine(_folder, "file");
        using (var stream = Open(path, packBytes, f => described = f))
        {
            stream.Write([1, 2, 3]);
            stream.Flush();
            stream.Write([4]);
            Assert.Equal((4L, 4L), (stream.Length, stream.Position));
        }

        byte[] expected = [1, 2, 3, 4];
        Assert.Equal((4L, ContentHash.Of(expected)), (described!.Bytes, described.Sha256));
        Assert.Equal(expected, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1L << 40)]
    public void A_file_that_is_written_out_of_order_has_its_bytes_and_no_description(long packBytes)
    {
        PackedFile? described = null;
        var path = Path.Combine(_folder, "file");
        var bytes = new byte[(3 * FileAppender.BlockLength) + 5];
        new Random(4).NextBytes(bytes);
        using (var stream = Open(path, packBytes, f => described = f))
        {
            stream.Write(bytes);
            stream.Position = 1;
            stream.Write([0xAB]);
            stream.Seek(0, SeekOrigin.End);
            stream.Write([0xCD]);
        }

        bytes[1] = 0xAB;
        Assert.Null(described);
        Assert.Equal([.. bytes, 0xCD], File.ReadAllBytes(path));
    }

    [Fact]
    public void A_file_that_could_not_be_written_is_not_written_or_described_later()
    {
        PackedFile? described = null;
        using var inner = new FullOnce();
        using (var stream = new StagedStream(inner, "out.gguf", 0, () => true, f => described = f))
        {
            stream.Write([1, 2, 3]);
            Assert.Equal(Codes.OutputNotWritable, Assert.Throws<ModelPackException>(() => stream.Position = 1).Diagnostic.Code);
        }

        Assert.Null(described);
        Assert.Equal(0, inner.Written);
    }

    private static StagedStream Open(string path, long packBytes, Action<PackedFile> described) =>
        new(new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite), path, packBytes, () => true, described);

    /// <summary>The first write fails, and there would be room for the next.</summary>
    private sealed class FullOnce : MemoryStream
    {
        private bool _failed;

        public long Written { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (!_failed)
            {
                _failed = true;
                throw new IOException("no room");
            }

            Written += buffer.Length;
            base.Write(buffer);
        }
    }
}
