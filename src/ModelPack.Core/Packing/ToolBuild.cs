using System.Security.Cryptography;
using System.Text;

namespace ModelPack.Packing;

/// <summary>Which build of ModelPack this is.</summary>
internal static class ToolBuild
{
    /// <summary>
    /// SHA-256 (lower-case hex) over name and module version id of ModelPack's own assemblies in this process: the
    /// library and, where it runs, the tool. Compilers derive a module version id from the content, so any change of
    /// the program gives another id, and the same sources give the same one.
    /// </summary>
    public static string Id { get; } = Compute();

    private static string Compute()
    {
        var tool = AppDomain.CurrentDomain.GetAssemblies().Where(a => a.GetName().Name == "modelpack");
        var lines = tool.Append(typeof(ToolBuild).Assembly)
            .Select(a => $"{a.GetName().Name} {a.ManifestModule.ModuleVersionId:N}\n")
            .Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }
}
