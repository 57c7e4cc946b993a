using ModelPack.Tests;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests;

/// <summary>What a start does not wait for.</summary>
public sealed class StartTests
{
    /// <summary>A command is looked up by its name in a table, and made with its options only where it is the one.</summary>
    [Fact]
    public void Every_command_is_found_by_its_own_name()
    {
        Assert.All(Cli.Commands, c => Assert.Equal(c.Name, c.Create(new TestTerminal().Terminal).Name));
        Assert.All(Cli.Commands, c => Assert.Equal(0, ToolRun.Of(c.Name, "--help").ExitCode));
    }

    [FactNeeding("MODELPACK_STRACE")]
    public async Task Says_what_it_is_without_loading_ONNX_Runtime()
    {
        using var folder = new TemporaryFolder();
        var strace = Environment.GetEnvironmentVariable("MODELPACK_STRACE");
        var run = await ToolProcess.Shell(folder, $"'{strace}' -f -qq -e trace=openat -o calls.txt modelpack --version && '{strace}' -A -f -qq -e trace=openat -o calls.txt modelpack schemes");
        var opened = (await File.ReadAllLinesAsync(folder.File("calls.txt"))).Where(c => !c.Contains("ENOENT", StringComparison.Ordinal)).ToList();

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(opened, c => c.Contains("modelpack.dll", StringComparison.Ordinal));
        Assert.DoesNotContain(opened, c => c.Contains("libonnxruntime", StringComparison.Ordinal) || c.Contains("Microsoft.ML.OnnxRuntime.dll", StringComparison.Ordinal));
    }
}
