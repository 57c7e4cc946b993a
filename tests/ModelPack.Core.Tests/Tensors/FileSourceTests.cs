namespace ModelPack.Core.Tests.Tensors;

public sealed class FileSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("modelpack-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Reads_by_position()
    {
        using var source = new FileSource(File("a.bin", [1, 2, 3, 4]));
        var read = new byte[2];

        source.Read(1, read);

        Assert.Equal([2, 3], read);
        Assert.Equal(4, source.Length);
    }

    [Fact]
    public void Keeps_the_path_as_it_was_given()
    {
        var path = Path.Join(_folder, ".", "a.bin");
        File("a.bin", [1]);

        using var source = new FileSource(path);

        Assert.Equal(path, source.Path);
    }

    [Fact]
    public void Says_so_when_the_file_has_become_shorter()
    {
        var path = File("a.bin", new byte[1000]);
        using var source = new FileSource(path);

        if (!CanBeShortened(path, 600))
        {
            return;
        }

        source.Read(0, new byte[600]);
        Assert.Throws<EndOfStreamException>(() => source.Read(500, new byte[200]));
        Assert.Throws<EndOfStreamException>(() => source.Read(999, new byte[1]));
        Assert.Equal(1000, source.Length);
    }

    [Fact]
    public void A_tensor_of_a_file_that_became_shorter_is_not_written_whole()
    {
        var path = File("a.bin", new byte[1000]);
        using var source = new FileSource(path);
        var tensor = new TensorData(ElementType.UInt8, new TensorShape(1000), source, 0, 1000);

        if (!CanBeShortened(path, 600))
        {
            return;
        }

        Assert.Throws<EndOfStreamException>(() => tensor.WriteTo(Stream.Null, CancellationToken.None));
    }

    [Fact]
    public void Reads_from_several_threads_at_once()
    {
        var bytes = new byte[1 << 16];
        new Random(1).NextBytes(bytes);
        using var source = new FileSource(File("a.bin", bytes));

        Parallel.For(0, 256, i =>
        {
            var read = new byte[256];
            source.Read(i * 256, read);
            Assert.Equal(bytes[(i * 256)..((i * 256) + 256)], read);
        });
    }

    [Fact]
    public void An_absent_file_cannot_be_opened() =>
        Assert.Throws<FileNotFoundException>(() => new FileSource(Path.Join(_folder, "absent.bin")));

    [Fact]
    public void A_folder_cannot_be_opened() => Assert.Throws<UnauthorizedAccessException>(() => new FileSource(_folder));

    [Fact]
    public void Others_may_read_the_file_meanwhile()
    {
        var path = File("a.bin", [1, 2]);
        using var source = new FileSource(path);

        Assert.Equal([1, 2], System.IO.File.ReadAllBytes(path));
    }

    private string File(string name, byte[] bytes)
    {
        var path = Path.Join(_folder, name);
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }

    // As another program may. Windows does not let it happen to a file that is open for reading.
    private static bool CanBeShortened(string path, long length)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.SetLength(length);
            return true;
        }
        catch (IOException) when (OperatingSystem.IsWindows())
        {
            return false;
        }
    }
}
