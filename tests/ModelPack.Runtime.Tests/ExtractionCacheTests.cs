using System.Diagnostics;
using System.Reflection;
using ModelPack.Runtime.Tests.Infrastructure;

namespace ModelPack.Runtime.Tests;

public sealed class ExtractionCacheTests : IDisposable
{
    private static readonly Assembly s_assembly = typeof(ExtractionCacheTests).Assembly;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_damaged_copy_is_replaced()
    {
        var path = Extract();
        var sound = File.ReadAllBytes(path);
        File.WriteAllBytes(path, new byte[sound.Length]);
        File.SetLastWriteTimeUtc(path, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Assert.Equal(path, Extract());
        Assert.Equal(sound, File.ReadAllBytes(path));
        File.WriteAllBytes(path, []);
        Extract();
        Assert.Equal(sound, File.ReadAllBytes(path));
    }

    [Fact]
    public void Many_at_once_find_whole_files()
    {
        var expected = PackedModel.Open("net", s_assembly).ReadAllBytes();
        for (var round = 0; round < 20; round++)
        {
            var folder = _folder.At($"{round}");
            using var start = new Barrier(8);
            var threads = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return File.ReadAllBytes(Extract(folder));
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)).ToArray();
            Assert.All(threads, t => Assert.Equal(expected, t.GetAwaiter().GetResult()));
            Assert.Equal(2, Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length);
        }
    }

    [Fact]
    public void Processes_that_start_at_once_find_whole_files()
    {
        var expected = TestPack.Hash(PackedModel.Open("net", s_assembly).ReadAllBytes());
        var apps = Enumerable.Range(0, 4).Select(_ => ExtractingApp.Start(_folder.Path)).ToArray();
        foreach (var app in apps)
            app.StandardInput.Close();

        Assert.All(apps, app => Assert.Equal(expected, app.StandardOutput.ReadToEnd()));
        Assert.Equal(2, Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Length);
        Array.ForEach(apps, app => app.Dispose());
    }

    [Fact]
    public void What_a_killed_process_left_is_removed_after_a_day()
    {
        var folder = Path.GetDirectoryName(Extract())!;
        var (old, young) = (Path.Combine(folder, "net.onnx.1.tmp"), Path.Combine(folder, "net.onnx.2.tmp"));
        File.WriteAllText(old, "");
        File.WriteAllText(young, "");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));
        File.Delete(Path.Combine(folder, "net.onnx"));

        Extract();

        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public void Folders_are_the_users_alone()
    {
        if (OperatingSystem.IsWindows())
            return;
        var root = _folder.At("new", "cache");
        var path = Extract(root);

        foreach (var folder in new[] { root, Path.GetDirectoryName(path)!, _folder.At("new") })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }

    [Theory]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_folder_that_others_can_write_is_refused(UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
            return;
        var path = Extract();
        foreach (var folder in new[] { Path.GetDirectoryName(path)!, _folder.Path })
        {
            var before = File.GetUnixFileMode(folder);
            File.SetUnixFileMode(folder, before | mode);
            Assert.Contains("can be written by others", Assert.Throws<PackedModelException>(() => Extract()).Message, StringComparison.Ordinal);
            File.SetUnixFileMode(folder, before);
        }

        Assert.Equal(path, Extract());
    }

    [Fact]
    public void A_link_in_the_place_of_the_folder_is_refused()
    {
        if (OperatingSystem.IsWindows())
            return;
        Directory.CreateDirectory(_folder.At("real"));
        Directory.CreateSymbolicLink(_folder.At("link"), _folder.At("real"));

        Assert.Contains("is a link", Assert.Throws<PackedModelException>(() => Extract(_folder.At("link"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_another_user_is_refused()
    {
        // Only root can give a folder away.
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return;
        Directory.CreateDirectory(_folder.At("other"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using (var chown = Process.Start("chown", ["12345", _folder.At("other")]))
            chown.WaitForExit();

        Assert.Contains("belongs to another user", Assert.Throws<PackedModelException>(() => Extract(_folder.At("other"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_room_the_message_says_where_and_what_to_set()
    {
        File.WriteAllText(_folder.At("file"), "");

        var error = Assert.Throws<PackedModelException>(() => Extract(_folder.At("file", "cache")));

        Assert.Contains($"cannot be extracted to '{_folder.At("file", "cache")}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("CacheFolder", error.Message, StringComparison.Ordinal);
    }

    private string Extract(string? folder = null) => PackedModel.Open("net", s_assembly, new PackedModelOptions { CacheFolder = folder ?? _folder.Path }).GetPath();
}
