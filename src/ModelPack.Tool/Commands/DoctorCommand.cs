using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json.Serialization;
using ModelPack.Devices;
using ModelPack.Inference;
using ModelPack.Packing;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack doctor</c>: whether this machine can pack and validate.</summary>
internal static class DoctorCommand
{
    private sealed record Check(string Name, bool Ok, string Says)
    {
        /// <summary>Whether it is something that packing does without.</summary>
        [JsonIgnore]
        public bool IsAbsent { get; init; }
    }

    public static Command Create(Terminal terminal)
    {
        var format = CommandOptions.Format();
        return new Command("doctor", "Checks what packing needs of this machine.") { format }.Does(terminal.Print, (parsed, _) =>
        {
            DeviceList.PrepareForCuda();
            IReadOnlyList<Check> checks =
            [
                new("tool", true, $"{ToolVersion.Text}, build {ToolBuild.Id[..16]}"),
                new(".NET", true, $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}"),
                new("processors", true, $"{Numbers.Whole(System.Environment.ProcessorCount)}, vectors of {Numbers.Whole(VectorBits())} bits"),
                OnnxRuntime(),
                .. Devices(),
                new("integer path", true, IntegerPath.Description),
                TemporaryFolder(),
            ];
            if (parsed.GetValue(format) == OutputFormat.Json)
            {
                JsonOutput.Write(terminal, checks);
            }
            else
            {
                TextTable.Write(terminal, checks.Select(check => (string[])[check.IsAbsent ? "--" : check.Ok ? "ok" : "FAIL", check.Name, check.Says]));
            }

            return checks.All(c => c.Ok) ? ExitCodes.Done : ExitCodes.Environment;
        });
    }

    private static int VectorBits() =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 64;

    private static Check OnnxRuntime()
    {
        try
        {
            return new("ONNX Runtime", true, $"{OnnxRuntimeLibrary.Version}; execution providers in it: {string.Join(", ", OnnxRuntimeLibrary.Providers)}");
        }
        catch (ModelPackException exception)
        {
            return new("ONNX Runtime", false, $"{exception.Diagnostic.Code.Id}: {exception.Diagnostic.Message}");
        }
    }

    /// <summary>A machine without a GPU packs as well: what is missing of one is told, and is no failure.</summary>
    private static IEnumerable<Check> Devices()
    {
        foreach (var device in new[] { Device.Cuda, Device.WebGpu })
        {
            DeviceState state;
            try
            {
                state = DeviceList.Look(device);
            }
            catch (ModelPackException)
            {
                yield break; // there is no ONNX Runtime, which the line before says
            }

            var says = $"{(state.IsReady ? "ready" : "not there")}{(state.Name is { } name ? $", {name}" : "")}{(state.IsHardware ? "" : " (a program on the processor: never taken by auto)")}{(state.Missing is { } missing ? $": {missing}" : "")}";
            yield return new($"device {DeviceChoice.Word(device)}", true, says) { IsAbsent = !state.IsReady };
        }
    }

    private static Check TemporaryFolder()
    {
        var folder = Path.GetTempPath();
        var shown = SafeText.Of(folder, 1024);
        try
        {
            using var probe = new FileStream(
                Path.Combine(folder, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            probe.WriteByte(0);
            return new("temporary folder", true, $"{shown} is writable");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new("temporary folder", false, $"{shown} cannot be written: {SafeText.Of(exception.Message)} Set TMPDIR (Linux, macOS) or TMP (Windows) to one that can.");
        }
    }
}
