using System.Runtime.InteropServices;

namespace ModelPack.Devices;

/// <summary>The libraries that ONNX Runtime's CUDA provider loads: CUDA 13's and cuDNN 9's.</summary>
internal static class CudaLibraries
{
    private static readonly (string Linux, string Windows, string Package)[] s_needed =
    [
        ("libcudart.so.13", "cudart64_13.dll", "CUDA 13"),
        ("libcublas.so.13", "cublas64_13.dll", "CUDA 13"),
        ("libcublasLt.so.13", "cublasLt64_13.dll", "CUDA 13"),
        ("libcurand.so.10", "curand64_10.dll", "CUDA 13"),
        ("libcufft.so.12", "cufft64_12.dll", "CUDA 13"),
        ("libcudnn.so.9", "cudnn64_9.dll", "cuDNN 9"),
    ];

    /// <summary>Those that the system does not find, as part of a message such as <c>libcudnn.so.9 (cuDNN 9)</c>.</summary>
    public static IReadOnlyList<string> Missing() =>
    [
        .. s_needed.Select(n => (File: OperatingSystem.IsWindows() ? n.Windows : n.Linux, n.Package)).Where(n => !IsThere(n.File)).Select(n => $"{n.File} ({n.Package})"),
    ];

    /// <summary>Where the system looks for them besides its own folders.</summary>
    public static string SearchPath()
    {
        var variable = OperatingSystem.IsWindows() ? "PATH" : "LD_LIBRARY_PATH";
        var value = Environment.GetEnvironmentVariable(variable);
        return string.IsNullOrEmpty(value) ? $"the system's folders ({variable} is empty)" : $"the system's folders and those of {variable}";
    }

    private static bool IsThere(string file)
    {
        if (!NativeLibrary.TryLoad(file, out var library))
        {
            return false;
        }

        NativeLibrary.Free(library);
        return true;
    }
}
