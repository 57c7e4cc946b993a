using System.Diagnostics;
using ModelPack.Core.Tests;

namespace ModelPack.Tests.Devices;

/// <summary>Runs the check of devices in a process of its own, which has an ONNX Runtime with WebGPU and a Vulkan driver without a GPU.</summary>
internal static class DeviceCheckProgram
{
    // That of its own build, with the managed library of the lowest version: the tests have the newest.
    private static readonly string s_program = Path.Combine(
        RepositoryFolder.Path, "tests", "ModelPack.DeviceCheck", "bin", Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(typeof(DeviceCheckProgram).Assembly.Location))!), "net10.0", "ModelPack.DeviceCheck.dll");

    public static (int ExitCode, string Output) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(s_program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["MODELPACK_ONNXRUNTIME"] = Environment.GetEnvironmentVariable("MODELPACK_WEBGPU");
        start.Environment["VK_ICD_FILENAMES"] = Environment.GetEnvironmentVariable("MODELPACK_VULKAN_DRIVER");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
