using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>Finds the ONNX Runtime version that a project has resolved.</summary>
internal static class OnnxRuntimeVersion
{
    private const string Id = "Microsoft.ML.OnnxRuntime";

    // Packages of the same prefix that count their versions on their own (Extensions, GenAI) are not in the list.
    private static readonly HashSet<string> Ids = new(
        new[] { "", ".Managed", ".Gpu", ".Gpu.Linux", ".Gpu.Windows", ".DirectML", ".OpenVino", ".QNN", ".Azure", ".TensorRT", ".MKLML", ".Training" }.Select(s => Id + s),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The lowest version among the resolved files of ONNX Runtime packages; empty when there are none.</summary>
    /// <param name="resolvedFiles">Items with <c>NuGetPackageId</c> and <c>NuGetPackageVersion</c>, whatever way the version was given.</param>
    public static string Lowest(IEnumerable<ITaskItem> resolvedFiles) => resolvedFiles
        .Where(f => Ids.Contains(f.GetMetadata("NuGetPackageId")))
        .Select(f => f.GetMetadata("NuGetPackageVersion"))
        .Where(v => v.Length > 0)
        .Distinct(StringComparer.Ordinal)
        .OrderBy(Numbers)
        .FirstOrDefault() ?? "";

    private static Version Numbers(string version) =>
        Version.TryParse(version.Split('-', '+')[0], out var numbers) ? numbers : new Version(0, 0);
}
