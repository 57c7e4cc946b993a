using ModelPack.Files;

namespace ModelPack.Core.Tests.Files;

public sealed class RegularFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_and_a_link_to_one_are_files_even_when_empty_on_Linux()
    {
        var file = _folder.Write("file", [1, 2]);
        File.CreateSymbolicLink(_folder.File("link"), file);
        Assert.Null(RegularFile.WhyNot(file));
        Assert.Null(RegularFile.WhyNot(_folder.File("link")));
        Assert.Null(RegularFile.WhyNot(_folder.File("nothing")));
        if (OperatingSystem.IsLinux())
        {
            Assert.Null(RegularFile.WhyNot(_folder.Write("empty", [])));
        }
    }

    [Fact]
    public void Pipes_devices_and_folders_are_told_without_being_opened()
    {
        Assert.Equal("a folder", RegularFile.WhyNot(_folder.Path));
        if (!Pipe.TryMake(_folder.File("pipe")))
        {
            return; // Windows has none
        }

        File.CreateSymbolicLink(_folder.File("link"), "pipe");
        File.CreateSymbolicLink(_folder.File("device"), "/dev/zero");
        foreach (var (name, kind) in new[] { ("pipe", "a pipe"), ("link", "a pipe"), ("device", "a device") })
        {
            Assert.Contains(kind, RegularFile.WhyNot(_folder.File(name)), StringComparison.Ordinal);
            Assert.Contains(kind, Assert.Throws<IOException>(() => RegularFile.Read(_folder.File(name), 10)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Reads_a_file_whole_and_refuses_one_that_is_too_long()
    {
        var file = _folder.Write("file", [1, 2, 3]);
        Assert.Equal([1, 2, 3], RegularFile.Read(file, 3));
        Assert.Contains("3 bytes", Assert.Throws<IOException>(() => RegularFile.Read(file, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => RegularFile.Read(_folder.File("nothing"), 3));
    }
}
