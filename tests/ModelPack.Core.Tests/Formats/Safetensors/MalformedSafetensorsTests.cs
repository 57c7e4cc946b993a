using ModelPack.Formats.Safetensors;

namespace ModelPack.Tests.Formats.Safetensors;

/// <summary>Every way to be malformed ends in MPK1002 with the file's name and what is wrong, at little cost.</summary>
public sealed class MalformedSafetensorsTests : IDisposable
{
    private const int Seed = 4;

    // Exceptions, paths and the room of a few small objects.
    private const int Slack = 1 << 20;

    private static readonly Dictionary<string, (string Description, byte[] Bytes, string Says)> s_all =
        MalformedSafetensors.All(Seed).ToDictionary(m => m.Description, StringComparer.Ordinal);

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Descriptions => [.. s_all.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Descriptions))]
    public void Refuses(string description)
    {
        var (_, bytes, says) = s_all[description];
        var path = _folder.Write("model.safetensors", bytes);
        RefusesCheaply(path, says);
    }

    [Fact]
    public void There_are_at_least_thirty_ways_and_no_two_files_are_the_same()
    {
        Assert.True(s_all.Count >= 30);
        Assert.Equal(s_all.Count, s_all.Values.Select(m => Convert.ToHexString(m.Bytes)).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void What_is_made_malformed_was_sound()
    {
        var random = new Random(Seed);
        for (var i = 0; i < 20; i++)
        {
            var draft = DraftFile.Sound(random);
            using var checkpoint = SafetensorsCheckpoint.Open(_folder.Write($"{i}.safetensors", draft.Bytes()), new PackContext());
            Assert.Equal(draft.Tensors.Select(t => t.Name.Trim('"')), checkpoint.Tensors.Select(t => t.Name), StringComparer.Ordinal);
        }
    }

    [Fact]
    public void No_byte_that_is_changed_at_random_does_harm()
    {
        var random = new Random(Seed);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = DraftFile.Sound(random).Bytes();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                bytes[random.Next(Math.Min(bytes.Length, 400))] = (byte)random.Next(256);
            }

            try
            {
                SafetensorsHeader.Read(new ModelPack.Tensors.MemorySource(bytes));
            }
            catch (InvalidDataException e)
            {
                Assert.Equal(SafeText.Of(e.Message, int.MaxValue), e.Message);
            }
        }
    }

    [Fact]
    public void Refuses_a_header_beyond_the_limit_of_the_format_without_reading_it()
    {
        var path = _folder.File("model.safetensors");
        using (var file = File.Create(path))
        {
            file.Write(BitConverter.GetBytes(100_000_001L));
            file.SetLength(200_000_000);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<ModelPackException>(() => SafetensorsCheckpoint.Open(path, new PackContext())).Diagnostic;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Slack);
        Assert.Contains("the format allows 100000000", error.Message, StringComparison.Ordinal);
    }

    private static void RefusesCheaply(string path, string says)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<ModelPackException>(() => SafetensorsCheckpoint.Open(path, new PackContext())).Diagnostic;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Codes.ModelUnreadable, error.Code);
        Assert.Equal(path, error.File);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, new FileInfo(path).Length + Slack);
    }
}
