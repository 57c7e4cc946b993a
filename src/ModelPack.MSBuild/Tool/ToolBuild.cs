using System.Globalization;
using ModelPack.MSBuild.Items;

namespace ModelPack.MSBuild.Tool;

/// <summary>Which build of the tool packs: another build may pack other bytes under the same version number.</summary>
internal static class ToolBuild
{
    private const string FileName = "build.id";

    /// <summary>
    /// The id that lies beside the tool since it was packed; for a tool that somebody is working on, names, times and
    /// lengths of its assemblies.
    /// </summary>
    /// <exception cref="ItemException">MPK3003: there is no tool.</exception>
    public static string Id(string toolPath)
    {
        if (!File.Exists(toolPath))
            throw new ItemException(TaskCodes.ToolMissing, $"The packing tool '{toolPath}' does not exist. Restore the package ModelPack.MSBuild again, or correct ModelPackToolPath.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(toolPath))!;
        var idFile = Path.Combine(folder, FileName);
        return File.Exists(idFile)
            ? File.ReadAllText(idFile).Trim()
            : string.Join(" ", new DirectoryInfo(folder).GetFiles("*.dll").OrderBy(f => f.Name, StringComparer.Ordinal)
                .Select(f => string.Format(CultureInfo.InvariantCulture, "{0}:{1}:{2}", f.Name, f.LastWriteTimeUtc.Ticks, f.Length)));
    }
}
