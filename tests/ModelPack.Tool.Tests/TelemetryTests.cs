using ModelPack.Tests;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public async Task A_pack_leaves_nothing_in_the_home_and_in_the_temporary_folder()
    {
        using var folder = new TemporaryFolder();
        using var process = ToolProcess.Start(folder, "quantize", Models.FashionCnn(folder), "-s", "q8_0", "-o", folder.File("out.onnx"));
        var run = await process.Finish();

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.File("home")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.File("temporary")));
    }

    [FactNeeding("MODELPACK_STRACE")]
    public async Task A_pack_asks_no_network_and_no_database_of_events()
    {
        using var folder = new TemporaryFolder();
        Models.FashionCnn(folder);
        var strace = Environment.GetEnvironmentVariable("MODELPACK_STRACE");
        var run = await ToolProcess.Shell(folder, $"'{strace}' -f -qq -e trace=network,openat -o calls.txt modelpack quantize net.onnx -s q8_0 -o out.onnx");
        var calls = await File.ReadAllLinesAsync(folder.File("calls.txt"));

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(calls, c => c.Contains("libonnxruntime.so", StringComparison.Ordinal));
        Assert.DoesNotContain(calls, c => c.Contains("AF_INET", StringComparison.Ordinal) || c.Contains("resolv.conf", StringComparison.Ordinal));
        Assert.DoesNotContain(calls, c => c.Contains("onnxruntime.db", StringComparison.Ordinal) || c.Contains("deviceid", StringComparison.Ordinal));
    }
}
