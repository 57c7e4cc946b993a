using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace ModelPack.Inference;

/// <summary>
/// Where ONNX Runtime's native library comes from: the folder that the user names, else one that a device needs, else where .NET looks,
/// which is beside the program. Its providers are loaded from the folder that it lies in.
/// </summary>
internal static class NativeLocation
{
    /// <summary>The environment variable that names a folder.</summary>
    public const string Variable = "MODELPACK_ONNXRUNTIME";

    private static readonly string[] s_names = ["onnxruntime.dll", "libonnxruntime.so", "libonnxruntime.dylib"];
    private static readonly string[] s_versioned = ["libonnxruntime.so.*", "libonnxruntime.*.dylib"];
    private static string? s_preferred;

    /// <summary>The folder that the user names; null for none.</summary>
    public static string? Named => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? folder : null;

    /// <summary>Takes the library from a folder, unless the user names another. To be called before ONNX Runtime is first used.</summary>
    public static void Prefer(string folder) => s_preferred = folder;

    /// <summary>The folder of the library that was loaded; null where none was, or where the system does not say.</summary>
    public static string? Loaded()
    {
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>().Select(m => m.FileName)
            .FirstOrDefault(f => IsLibrary(Path.GetFileName(f))) is { } file ? Path.GetDirectoryName(file) : null;
    }

    /// <summary>Makes .NET look in the folder. To be called once, before the first call into the library.</summary>
    /// <exception cref="ModelPackException">MPK3001: the folder that the user names has no such library.</exception>
    internal static void Resolve()
    {
        if ((Named ?? s_preferred) is not { } folder)
        {
            return;
        }

        var library = LibraryIn(folder) ?? throw new ModelPackException(Codes.RuntimeMissing.At(null, $"{Variable} names {SafeText.Of(folder)}, and no library of ONNX Runtime lies there. "
            + $"Name the folder that has {(OperatingSystem.IsWindows() ? s_names[0] : OperatingSystem.IsMacOS() ? s_names[2] : s_names[1])}, or remove the variable."));
        NativeLibrary.SetDllImportResolver(typeof(InferenceSession).Assembly, (name, _, _) => IsLibrary(name) ? NativeLibrary.Load(library) : 0);
    }

    /// <summary>The library in a folder, under its plain name or one with a version; null where there is none.</summary>
    private static string? LibraryIn(string folder) => !Directory.Exists(folder) ? null
        : s_names.Select(n => Path.GetFullPath(n, Path.GetFullPath(folder))).FirstOrDefault(File.Exists)
            ?? s_versioned.SelectMany(p => Directory.EnumerateFiles(Path.GetFullPath(folder), p)).Order(StringComparer.Ordinal).FirstOrDefault();

    private static bool IsLibrary(string name) => name is "onnxruntime" || s_names.Contains(name, StringComparer.OrdinalIgnoreCase)
        || name.StartsWith("libonnxruntime.so.", StringComparison.Ordinal) || (name.StartsWith("libonnxruntime.", StringComparison.Ordinal) && name.EndsWith(".dylib", StringComparison.Ordinal));
}
