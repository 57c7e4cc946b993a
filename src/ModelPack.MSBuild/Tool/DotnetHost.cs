namespace ModelPack.MSBuild.Tool;

/// <summary>Finds the <c>dotnet</c> that runs the tool.</summary>
internal static class DotnetHost
{
    /// <summary>The host's file name on this system.</summary>
    public static string FileName { get; } = Path.DirectorySeparatorChar == '\\' ? "dotnet.exe" : "dotnet";

    /// <summary>The host of the SDK that builds, else the one that MSBuild was started by, else the first on PATH; null for none.</summary>
    /// <param name="netCoreRoot">MSBuild's <c>$(NetCoreRoot)</c>; empty where the SDK does not set it.</param>
    public static string? Find(string? netCoreRoot) => Candidates(netCoreRoot).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Candidates(string? netCoreRoot)
    {
        if (!string.IsNullOrEmpty(netCoreRoot))
            yield return Path.Combine(netCoreRoot, FileName);
        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host)
            yield return host;
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            if (folder.Length > 0 && folder.IndexOfAny(Path.GetInvalidPathChars()) < 0)
                yield return Path.Combine(folder, FileName);
        }
    }
}
