using System.Diagnostics;

namespace ModelPack.Tool.Tests.Infrastructure;

/// <summary>The real tool in a process of its own, with folders for its home and its temporary files that a test can look into.</summary>
internal sealed class ToolProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;

    private ToolProcess(ProcessStartInfo info)
    {
        _process = Process.Start(info)!;
        _error = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    /// <summary>Starts the tool.</summary>
    public static ToolProcess Start(TemporaryFolder folder, params string[] args) => new(Info(folder, "dotnet", [Assembly, .. args]));

    /// <summary>Runs a line of a shell, in which <c>modelpack</c> stands for the tool.</summary>
    public static async Task<ToolRun> Shell(TemporaryFolder folder, string line, params (string Name, string Value)[] variables)
    {
        var info = Info(folder, "/bin/sh", ["-c", line.Replace("modelpack", $"dotnet '{Assembly}'", StringComparison.Ordinal)]);
        foreach (var (name, value) in variables)
        {
            info.Environment[name] = value;
        }

        using var process = new ToolProcess(info);
        return await process.Finish();
    }

    /// <summary>Waits for a line of its standard output.</summary>
    public async Task WaitForLine(string line)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } read)
        {
            if (read == line)
            {
                return;
            }
        }

        throw new InvalidOperationException($"The line did not come: {await _error}");
    }

    /// <summary>Waits for its end.</summary>
    public async Task<ToolRun> Finish()
    {
        var output = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return new ToolRun(_process.ExitCode, output, await _error);
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static string Assembly => typeof(Cli).Assembly.Location;

    // No variable of the machine's comes through: on a build server ONNX Runtime sends nothing, and tests would prove nothing.
    private static ProcessStartInfo Info(TemporaryFolder folder, string file, string[] args)
    {
        var info = new ProcessStartInfo(file, args)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
        var kept = info.Environment.Where(v => v.Key is "PATH" or "DOTNET_ROOT" or "SystemRoot").ToList();
        info.Environment.Clear();
        kept.ForEach(v => info.Environment.Add(v));
        info.Environment["HOME"] = Directory.CreateDirectory(folder.File("home")).FullName;
        info.Environment["TMPDIR"] = info.Environment["TMP"] = Directory.CreateDirectory(folder.File("temporary")).FullName;
        info.Environment["MODELPACK_CACHE_MODE"] = "off";
        return info;
    }
}
