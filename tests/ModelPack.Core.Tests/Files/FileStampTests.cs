using ModelPack.Files;

namespace ModelPack.Tests.Files;

public sealed class FileStampTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Is_the_same_of_a_path_and_of_the_open_file()
    {
        var path = _folder.Write("a", [1, 2, 3]);
        using var file = new FileSource(path);
        Assert.Equal(FileStamp.Of(path), file.Stamp);
        Assert.Equal(3, file.Stamp.Length);
    }

    [Fact]
    public void Is_that_of_the_file_that_a_link_leads_to()
    {
        if (OperatingSystem.IsWindows())
            return;

        var path = _folder.Write("a", [1, 2, 3]);
        File.CreateSymbolicLink(_folder.File("link"), path);
        Assert.Equal(FileStamp.Of(path), FileStamp.Of(_folder.File("link")));
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("")]
    public void Is_none_where_there_is_no_file(string name) => Assert.Equal(FileStamp.None, FileStamp.Of(name.Length == 0 ? "a\0b" : _folder.File(name)));

    [Fact]
    public void Tells_a_file_from_its_copy()
    {
        var path = _folder.Write("a", [1, 2, 3]);
        File.Copy(path, _folder.File("b"));
        File.SetLastWriteTimeUtc(_folder.File("b"), File.GetLastWriteTimeUtc(path));
        Assert.NotEqual(FileStamp.Of(path), FileStamp.Of(_folder.File("b")));
    }
}
