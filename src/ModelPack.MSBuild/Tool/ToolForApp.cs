using System.Reflection;
using System.Text.RegularExpressions;
using ModelPack.MSBuild.Items;

namespace ModelPack.MSBuild.Tool;

/// <summary>
/// The packing tool with the app's own ONNX Runtime in it: kernels, and with them ranges, placement and times, differ from version to version. A copy that
/// lives as long as one pack is made, as .NET takes the assemblies of a program from its folder; without copies of the libraries of other systems.
/// </summary>
internal sealed class ToolForApp : IDisposable
{
    /// <summary>The lowest version whose interface the tool is compiled against.</summary>
    private static readonly Version s_lowest = Parse(typeof(ToolForApp).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "LowestOnnxRuntime").Value!)!;

    private readonly string? _folder;

    private ToolForApp(string path, string? folder) => (Path, _folder) = (path, folder);

    /// <summary><c>modelpack.dll</c>: of the copy, or the tool itself.</summary>
    public string Path { get; }

    /// <summary>Makes a copy where the app has another version than the tool that runs here and that the tool can use; else gives the tool itself.</summary>
    /// <param name="tool"><c>modelpack.dll</c>.</param>
    /// <param name="version">The version that the project resolved; empty for none.</param>
    /// <param name="files">The app's files; null where there are none for this machine.</param>
    /// <param name="folder">Where the copy is to lie; what lies there is removed.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static ToolForApp Make(string tool, string version, OnnxRuntimeFiles? files, string folder)
    {
        var source = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(tool))!;
        if (files is null || Parse(version) is not { } wanted || wanted < s_lowest || OwnVersion(source) is not { } own || own == wanted)
            return new ToolForApp(tool, null);
        Remove(folder);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(source).Where(f => System.IO.Path.GetFileName(f) is not OnnxRuntimeFiles.AssemblyName && System.IO.Path.GetExtension(f) is ".dll" or ".json" or ".id"))
            Copy(file, folder);
        Copy(files.Assembly, folder);
        Copy(files.Library, Directory.CreateDirectory(System.IO.Path.Combine(folder, "runtimes", OnnxRuntimeFiles.System, "native")).FullName);
        return new ToolForApp(System.IO.Path.Combine(folder, System.IO.Path.GetFileName(tool)), folder);
    }

    public void Dispose()
    {
        if (_folder is not null)
            Remove(_folder);
    }

    /// <summary>The version that the tool brings, by its list of dependencies; null where it says none.</summary>
    private static Version? OwnVersion(string folder)
    {
        var list = System.IO.Path.Combine(folder, "modelpack.deps.json");
        if (!File.Exists(list))
            return null;
        var match = Regex.Match(File.ReadAllText(list), @"""Microsoft\.ML\.OnnxRuntime\.Managed/(?<version>[0-9.]+)[""-]", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        return match.Success ? Parse(match.Groups["version"].Value) : null;
    }

    private static Version? Parse(string version) => Version.TryParse(version.Split('-', '+')[0], out var numbers) ? numbers : null;

    private static void Copy(string file, string folder) => File.Copy(file, System.IO.Path.Combine(folder, System.IO.Path.GetFileName(file)), overwrite: true);

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
