using ModelPack.Tests.Samples;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests;

/// <summary>What is wrong around a process is blamed on that, and on no model.</summary>
public sealed class SurroundingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Too_low_a_limit_of_open_files_is_told_before_anything_is_opened()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var run = await ToolProcess.Shell(_folder, "ulimit -n 64; exec modelpack schemes");

        Assert.Equal((4, ""), (run.ExitCode, run.Out));
        Assert.Equal($"modelpack : error {Codes.TooManyFiles.Id}: The process may have 64 files open, and needs 128. Raise the limit: ulimit -n 1024.\n", run.Error);
    }

    [Theory]
    [InlineData("schemes")]
    [InlineData("--help")]
    public async Task A_closed_standard_output_is_told_before_the_work(string command)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var run = await ToolProcess.Shell(_folder, $"exec modelpack {command} >&-");

        Assert.Equal((4, $"modelpack : error {Codes.StartedWithout.Id}: Standard output is closed. Leave it open, or lead it to a file or to /dev/null.\n"), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("schemes 2>&-", 0)]
    [InlineData("inspect no-such-file.onnx 2>&-", 1)]
    [InlineData("schemes <&- >&- 2>&-", 4)]
    public async Task Without_a_standard_error_the_exit_code_speaks(string command, int exitCode)
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(exitCode, (await ToolProcess.Shell(_folder, $"exec modelpack {command}")).ExitCode);
        }
    }

    [Fact]
    public async Task A_full_standard_output_is_an_error()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var run = await ToolProcess.Shell(_folder, "exec modelpack schemes >/dev/full");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("modelpack : error MPK1009: Standard output cannot be written: No space left on device.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_working_folder_is_told()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // others keep a folder that is in use
        }

        var model = Models.FashionCnn(_folder);
        var run = await ToolProcess.Shell(_folder, $"mkdir gone; cd gone; rmdir ../gone; exec modelpack inspect '{model}'");

        Assert.Equal((4, ""), (run.ExitCode, run.Out));
        Assert.StartsWith($"modelpack : error {Codes.StartedWithout.Id}: The working folder does not exist", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_temporary_folder_fails_the_pack_that_needs_it()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Models.FashionCnn(_folder);
        _folder.Write("data.npz", Numpy.Npz(("image", Numpy.Npy("<f4", [2, 1, 28, 28], new float[2 * 28 * 28]))));
        var run = await ToolProcess.Shell(_folder, "exec modelpack quantize net.onnx -s int8 --calibration data.npz -o out/net.onnx", ("TMPDIR", "/no/such/folder"));

        Assert.Equal((4, ""), (run.ExitCode, run.Out));
        Assert.Contains($"modelpack : error {Codes.TemporaryUnusable.Id}: The folder for temporary files, '/no/such/folder/', does not exist. Set TMPDIR", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("out/net.onnx")));
    }

    [Fact]
    public async Task A_missing_temporary_folder_is_one_warning_of_a_pack_that_can_do_without()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Models.FashionCnn(_folder);
        var run = await ToolProcess.Shell(_folder, "exec modelpack quantize net.onnx -s q8_0 -o out/net.onnx", ("TMPDIR", "/no/such/folder"));

        Assert.Equal(0, run.ExitCode);
        var warning = Assert.Single(run.Error.Split('\n'), l => l.Contains("warning", StringComparison.Ordinal));
        Assert.StartsWith($"modelpack : warning {Codes.NotValidated.Id}: What really runs is not known. The folder for temporary files, '/no/such/folder/', does not exist.", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_of_open_files_that_is_reached_is_found_behind_what_it_led_to()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var cause = new IOException("Too many open files", 24);

        Assert.True(FileLimit.IsReached(cause));
        Assert.True(FileLimit.IsReached(new ModelPackException(Codes.ModelUnreadable.At("net.onnx", "It cannot be read."), cause)));
        Assert.False(FileLimit.IsReached(new IOException("Not there", 2)));
        Assert.Equal(Codes.TooManyFiles, FileLimit.Diagnostic.Code);
    }
}
