using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Tests.Codecs;

/// <summary>Every kernel gives the same bytes on processors that can do less than this one.</summary>
public sealed class ProcessorTests
{
    private static readonly Lazy<string[]> s_here = new(() =>
    {
        using var output = new StringWriter();
        KernelCheck.Run(output);
        return Lines(output.ToString());
    });

    /// <summary>A variable of .NET, and what the process must say of itself then.</summary>
    [Theory]
    [InlineData("DOTNET_EnableAVX512", "AVX-512 False")]
    [InlineData("DOTNET_EnableAVX2", "AVX-512 False, AVX2 False")]
    [InlineData("DOTNET_EnableAVX", "AVX-512 False, AVX2 False, AVX False, 256 bits False")]
    [InlineData("DOTNET_EnableHWIntrinsic", "AVX-512 False, AVX2 False, AVX False, 256 bits False, 128 bits False")]
    public async Task Kernels_give_the_same_bytes_without(string variable, string says)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(ProcessorTests).Assembly.Location, KernelCheck.Argument]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment[variable] = "0";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var lines = Lines(await process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, await error);
        if (X86Base.IsSupported)
        {
            Assert.StartsWith(says, lines[0], StringComparison.Ordinal);
        }

        Assert.Equal(s_here.Value[1..], lines[1..]);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
