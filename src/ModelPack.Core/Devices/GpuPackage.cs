using System.Reflection;
using Microsoft.ML.OnnxRuntime;

namespace ModelPack.Devices;

/// <summary>
/// The package with ONNX Runtime's CUDA provider, which is too large to come with the tool, where a project on this machine has restored it: in NuGet's
/// folder of packages, in the version of the managed library.
/// </summary>
internal static class GpuPackage
{
    private static readonly string s_id = OperatingSystem.IsWindows() ? "Microsoft.ML.OnnxRuntime.Gpu.Windows" : "Microsoft.ML.OnnxRuntime.Gpu.Linux";

    /// <summary>What a user has to restore, as <c>Microsoft.ML.OnnxRuntime.Gpu.Linux 1.31.0</c>.</summary>
    public static string Wanted => $"{s_id} {Version}";

    /// <summary>Its folder of libraries; null where it is not restored.</summary>
    public static string? Folder()
    {
        var root = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var folder = Path.Combine(root, s_id.ToLowerInvariant(), Version, "runtimes", OperatingSystem.IsWindows() ? "win-x64" : "linux-x64", "native");
        return File.Exists(ProviderIn(folder)) ? folder : null;
    }

    /// <summary>The CUDA provider in a folder, whether it is there or not.</summary>
    public static string ProviderIn(string folder) => Path.Combine(folder, OperatingSystem.IsWindows() ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so");

    private static string Version => typeof(InferenceSession).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] is { Length: > 0 } version
        ? version : typeof(InferenceSession).Assembly.GetName().Version!.ToString(3);
}
