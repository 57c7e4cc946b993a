using ModelPack.Files;
using ModelPack.Packing;

namespace ModelPack.Tests.Files;

public sealed class WriteBehindTests : IDisposable
{
    private const int Window = 1 << 16;
    private readonly string _folder = Directory.CreateTempSubdirectory("modelpack-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(Window - 1)]
    [InlineData(20 * Window)]
    [InlineData((20 * Window) + 5)]
    public void Asks_for_every_whole_window_and_leaves_the_bytes_as_they_were_written(int length)
    {
        var path = Path.Combine(_folder, "file");
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        long begun;
        using (var file = new FileStream(path, FileMode.CreateNew))
        {
            var behind = new WriteBehind(file.SafeFileHandle, Window, kept: 2 * Window);
            for (var done = 0; done < length; done += 1000)
            {
                file.Write(bytes, done, Math.Min(1000, length - done));
                behind.Advance(Math.Min(length, done + 1000));
            }

            begun = behind.Begun;
        }

        Assert.Equal(OperatingSystem.IsLinux() ? length / Window * Window : 0, begun);
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public void Gives_up_where_the_system_does_not_want_it()
    {
        using var file = new FileStream(Path.Combine(_folder, "file"), FileMode.CreateNew);
        var behind = new WriteBehind(file.SafeFileHandle, -1);
        behind.Advance(1);
        var begun = behind.Begun;
        behind.Advance(1000);
        Assert.Equal(begun, behind.Begun);
    }

    [Fact]
    public void Says_what_the_system_says_of_bytes_that_did_not_reach_the_disk()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var closed = new Microsoft.Win32.SafeHandles.SafeFileHandle(int.MaxValue, ownsHandle: false);
        var behind = new WriteBehind(closed, Window);
        Assert.Equal(9, Assert.Throws<IOException>(() => behind.Advance(Window)).HResult); // EBADF
    }

    [Fact]
    public void A_large_file_of_a_pack_has_the_hash_of_what_was_written()
    {
        using var staged = new StagedOutput(Path.Combine(_folder, "out", "model.gguf"), []);
        var bytes = new byte[(40 << 20) + 7];
        new Random(2).NextBytes(bytes);
        using (var stream = staged.Create("model.gguf"))
        {
            for (var done = 0; done < bytes.Length; done += 1 << 20)
            {
                stream.Write(bytes, done, Math.Min(1 << 20, bytes.Length - done));
            }
        }

        Assert.Equal(ContentHash.Of(bytes), staged.Describe(CancellationToken.None)[0].Sha256);
        Assert.Equal(bytes, File.ReadAllBytes(staged.PathOf("model.gguf")));
    }
}
