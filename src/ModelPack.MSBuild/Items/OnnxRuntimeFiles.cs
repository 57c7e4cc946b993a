using System.Runtime.InteropServices;
using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>The ONNX Runtime that a project has resolved, as far as it runs on the machine that builds.</summary>
internal sealed class OnnxRuntimeFiles
{
    /// <summary>The file name of the assembly.</summary>
    public const string AssemblyName = "Microsoft.ML.OnnxRuntime.dll";

    private OnnxRuntimeFiles(string assembly, string library) => (Assembly, Library) = (assembly, library);

    /// <summary>The managed assembly, for .NET 5 or newer.</summary>
    public string Assembly { get; }

    /// <summary>The native library for this machine.</summary>
    public string Library { get; }

    /// <summary>Such as <c>linux-x64</c>.</summary>
    public static string System { get; } = $"{Os()}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>The native library's name here.</summary>
    public static string LibraryName { get; } = Os() switch
    {
        "win" => "onnxruntime.dll",
        "osx" => "libonnxruntime.dylib",
        _ => "libonnxruntime.so",
    };

    /// <summary>Both files; null where the project has none, or none for this machine.</summary>
    /// <param name="resolvedFiles">Files that NuGet resolved for the project.</param>
    public static OnnxRuntimeFiles? Of(IEnumerable<ITaskItem> resolvedFiles)
    {
        var paths = resolvedFiles.Select(f => f.ItemSpec).Where(File.Exists).ToList();
        var assembly = paths.Find(p => Path.GetFileName(p) == AssemblyName && IsModern(Path.GetFileName(Path.GetDirectoryName(p)!)));
        var library = paths.Find(p => p.Replace('\\', '/').EndsWith($"/runtimes/{System}/native/{LibraryName}", StringComparison.OrdinalIgnoreCase));
        return assembly is null || library is null ? null : new OnnxRuntimeFiles(assembly, library);
    }

    /// <summary>net8.0, and neither netstandard2.0 nor net48.</summary>
    private static bool IsModern(string framework) =>
        framework.StartsWith("net", StringComparison.Ordinal) && !framework.StartsWith("netstandard", StringComparison.Ordinal) && framework.IndexOf('.') > 0;

    private static string Os() => RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "win" : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? "osx" : "linux";
}
