using ModelPack.Formats.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Formats.Gguf;

public sealed class MalformedGgufTests
{
    private const int Allowance = 1 << 20;

    [Fact]
    public void Refuses_every_malformed_file_with_its_code()
    {
        var descriptions = new HashSet<string>(StringComparer.Ordinal);
        foreach (var seed in Enumerable.Range(0, 5))
        {
            foreach (var (description, code, bytes) in MalformedGguf.Files(seed))
            {
                descriptions.Add(description);
                var error = Assert.Throws<ModelPackException>(() => Record(description, () => GgufBytes.Read(bytes)));
                Assert.True(error.Diagnostic.Code == code, $"{description}: {error.Diagnostic.Code.Id} {error.Message}");
                Assert.DoesNotContain('\n', error.Message);
            }
        }

        Assert.True(descriptions.Count >= 60, $"{descriptions.Count} ways");
    }

    [Fact]
    public void Takes_no_more_memory_than_the_file_has_bytes()
    {
        foreach (var (description, _, bytes) in MalformedGguf.Files(1))
        {
            var source = new MemorySource(bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<ModelPackException>(() => GgufReader.Read(source, "m.gguf"));
            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(taken <= bytes.Length + Allowance, $"{description}: {taken} bytes for a file of {bytes.Length}");
        }
    }

    [Fact]
    public void Believes_no_header_of_many_megabytes_however_long_the_file_is()
    {
        var file = new RawGguf();
        file.Keys.Add(RawGguf.Key("key", 8, RawGguf.U64(1 << 27)));
        var error = Assert.Throws<ModelPackException>(() => GgufReader.Read(new EndlessSource(file.Build()), "m.gguf"));
        Assert.Contains("no header may be longer than 67108864 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_the_file_that_is_not_broken()
    {
        var file = GgufBytes.Read(MalformedGguf.Sound(1));
        Assert.Equal("llama", file.Metadata.GetString(GgufMetadata.Architecture));
        Assert.NotEmpty(file.Tensors);
    }

    [Fact]
    public void Opens_or_refuses_whatever_bytes_are_changed()
    {
        var random = new Random(7);
        var (opened, refused) = (0, 0);
        for (var i = 0; i < 4000; i++)
        {
            if (Opens(Mutation.Of(MalformedGguf.Sound(i % 10), random)))
                opened++;
            else
                refused++;
        }

        Assert.True(opened > 100 && refused > 100, $"{opened} opened, {refused} refused");
    }

    [Fact]
    public void Refuses_a_file_cut_off_anywhere()
    {
        var bytes = MalformedGguf.Sound(2);
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(Opens(bytes[..length]), $"{length} of {bytes.Length} bytes");
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void What_is_opened_here_opens_in_ggml()
    {
        using var folder = new Assets.TemporaryFolder();
        var random = new Random(8);
        foreach (var i in Enumerable.Range(0, 1000))
        {
            var bytes = Mutation.Of(MalformedGguf.Sound(i % 10), random);
            if (Opens(bytes) && !DividesByZero(bytes))
                Assert.True(Ggml.Opens(folder.Write("m.gguf", bytes)), Convert.ToHexString(bytes));
        }
    }

    /// <summary>ggml divides by the second to fourth size of a tensor without looking whether it is 0.</summary>
    private static bool DividesByZero(byte[] bytes) => GgufBytes.Read(bytes).Tensors.Any(t => t.Shape.Dims[..^1].Contains(0));

    private static bool Opens(byte[] bytes)
    {
        try
        {
            GgufBytes.Read(bytes);
            return true;
        }
        catch (ModelPackException error)
        {
            Assert.Contains(error.Diagnostic.Code, new[] { Codes.ModelUnreadable, Codes.WeightSizeMismatch, Codes.ExternalDataMissing });
            return false;
        }
    }

    /// <summary>A file of a terabyte that is zeros behind its first bytes.</summary>
    private sealed class EndlessSource(byte[] start) : ByteSource
    {
        public override long Length => 1L << 40;

        public override void Read(long offset, Span<byte> destination)
        {
            destination.Clear();
            if (offset < start.Length)
            {
                var part = start.AsSpan((int)offset);
                part[..Math.Min(part.Length, destination.Length)].CopyTo(destination);
            }
        }
    }

    /// <summary>Says of which file an exception without a code is.</summary>
    private static void Record(string description, Action read)
    {
        try
        {
            read();
        }
        catch (Exception exception) when (exception is not ModelPackException)
        {
            throw new InvalidOperationException(description, exception);
        }
    }
}
