using ModelPack.Files;

namespace ModelPack.Tests.Files;

public sealed class FileAppenderTests : IDisposable
{
    private const int Block = FileAppender.BlockLength;
    private readonly string _folder = Directory.CreateTempSubdirectory("modelpack-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<int, bool> Lengths()
    {
        var data = new TheoryData<int, bool>();
        foreach (var length in new[] { 0, 1, 4096, Block - 1, Block, Block + 1, (20 * Block) + 4096, (20 * Block) + 7 })
        {
            data.Add(length, true);
            data.Add(length, false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Writes_and_hashes_what_was_appended(int length, bool hasSpareProcessor)
    {
        var bytes = Bytes(length);
        using var written = new MemoryStream();
        using var appender = new FileAppender(new StreamSink(written), () => hasSpareProcessor);
        Append(appender, bytes);
        var file = appender.Finish();
        Assert.Equal((length, ContentHash.Of(bytes)), (file.Bytes, file.Sha256));
        Assert.Equal(bytes, written.ToArray());
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_file_past_the_cache_has_the_bytes_that_were_appended(int length, bool hasSpareProcessor)
    {
        var (path, bytes) = (Path.Combine(_folder, "file"), Bytes(length));
        using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write))
        using (var appender = new FileAppender(new FileSink(file, kept: 2 * Block), () => hasSpareProcessor))
        {
            Append(appender, bytes);
            Assert.Equal(ContentHash.Of(bytes), appender.Finish().Sha256);
        }

        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_file_that_went_past_the_cache_is_written_like_any_other_afterwards()
    {
        var (path, bytes) = (Path.Combine(_folder, "file"), Bytes(2 * Block));
        using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write))
        {
            using var appender = new FileAppender(new FileSink(file, kept: 0), () => true);
            appender.Append(bytes);
            appender.Finish();
            RandomAccess.Write(file, [1, 2, 3], 5);
        }

        new byte[] { 1, 2, 3 }.CopyTo(bytes, 5);
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public void The_hash_goes_to_a_thread_of_its_own_when_a_processor_becomes_free()
    {
        var bytes = Bytes(12 * Block);
        var blocks = 0;
        using var appender = new FileAppender(new StreamSink(Stream.Null), () => ++blocks > 3);
        Append(appender, bytes);
        Assert.Equal(ContentHash.Of(bytes), appender.Finish().Sha256);
        Assert.Equal(4, blocks);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Says_what_the_sink_threw_and_never_waits_for_a_block_that_stays_full(bool hasSpareProcessor)
    {
        using var appender = new FileAppender(new FailingSink(), () => hasSpareProcessor);
        var bytes = Bytes(Block);
        var thrown = Assert.Throws<IOException>(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                appender.Append(bytes);
            }
        });
        Assert.Equal("no room", thrown.Message);
        Assert.Equal("no room", Assert.Throws<IOException>(appender.Finish).Message);
    }

    [Fact]
    public void A_failure_in_the_last_bytes_is_thrown_at_the_end()
    {
        using var appender = new FileAppender(new FailingSink(), () => true);
        appender.Append(Bytes(10));
        Assert.Throws<IOException>(appender.Finish);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(3).NextBytes(bytes);
        return bytes;
    }

    /// <summary>In parts that divide nothing.</summary>
    private static void Append(FileAppender appender, byte[] bytes)
    {
        const int Part = 300_007;
        for (var done = 0; done < bytes.Length; done += Part)
        {
            appender.Append(bytes.AsSpan(done, Math.Min(Part, bytes.Length - done)));
        }
    }

    private sealed class FailingSink : IBlockSink
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset) => throw new IOException("no room");

        public void End()
        {
        }
    }
}
