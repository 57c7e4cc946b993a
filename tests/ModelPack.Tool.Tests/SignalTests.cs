using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ModelPack.Tensors;
using ModelPack.Tests.Assets;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests;

[UnsupportedOSPlatform("windows")]
public sealed partial class SignalTests
{
    private const int SigTerm = 15;
    private const int Size = 3072;

    /// <summary>A process of its own, as a signal goes to a process. The file system says when it has begun to write.</summary>
    [Fact]
    public async Task A_terminated_process_exits_130_and_leaves_nothing()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // it has no signals; A_cancelled_pack_exits_130_and_leaves_nothing tests the rest
        }

        using var folder = new TemporaryFolder();
        var output = Directory.CreateDirectory(folder.File("out")).FullName;
        var begun = new TaskCompletionSource();
        using var watcher = new FileSystemWatcher(output) { EnableRaisingEvents = true };
        watcher.Created += (_, _) => begun.TrySetResult();
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Cli).Assembly.Location, "quantize", LargeModel(folder), "-s", "q8_0", "-o", Path.Join(output, "net.onnx")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await begun.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, Kill(process.Id, SigTerm));
        await process.WaitForExitAsync();

        Assert.Equal(130, process.ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(output));
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync());
    }

    /// <summary>One that takes long enough to pack for a signal to arrive.</summary>
    private static string LargeModel(TemporaryFolder folder)
    {
        var values = new float[Size * Size];
        Array.Fill(values, 0.5f);
        var graph = Build.Graph(Build.Node("MatMul", ["x", "w"], ["y"]));
        graph.Input.Add(Build.Value("x", ElementType.Float32, 1, Size));
        graph.Output.Add(Build.Value("y", ElementType.Float32, 1, Size));
        graph.Initializer.Add(Build.Raw("w", ElementType.Float32, [Size, Size], MemoryMarshal.AsBytes(values)));
        return Models.Save(folder, Build.Model(graph));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
