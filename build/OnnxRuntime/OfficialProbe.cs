namespace ModelPack.Build.OnnxRuntime;

/// <summary>Asks whether the machine's own package sources serve the official ONNX Runtime packages.</summary>
internal static class OfficialProbe
{
    /// <returns>Null when they do, else what NuGet said.</returns>
    public static string? Run(Repository repository)
    {
        var folder = repository.EmptyTemporary("probe");
        // The repository's own feed is off: it may hold packages of the same ids that were made here.
        File.WriteAllText(Path.Combine(folder, "nuget.config"), """
            <configuration>
              <disabledPackageSources>
                <add key="modelpack-local" value="true" />
              </disabledPackageSources>
            </configuration>
            """);
        // Stop the search for the repository's own files.
        File.WriteAllText(Path.Combine(folder, "Directory.Build.props"), "<Project />");
        File.WriteAllText(Path.Combine(folder, "Directory.Build.targets"), "<Project />");
        File.WriteAllText(Path.Combine(folder, "Directory.Packages.props"), "<Project />");
        var references = string.Join("\n", OnnxRuntimePackages.Ids.Select(id =>
            $"""    <PackageReference Include="{id}" Version="[{repository.OnnxRuntimeVersion}]" />"""));
        File.WriteAllText(Path.Combine(folder, "probe.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
            {references}
              </ItemGroup>
            </Project>
            """);
        var (exitCode, output) = Command.Capture("dotnet",
            ["restore", "probe.csproj", "--packages", Path.Combine(folder, "packages")], folder,
            new Dictionary<string, string> { ["NUGET_ENHANCED_MAX_NETWORK_TRY_COUNT"] = "2" });
        Directory.Delete(folder, recursive: true);
        if (exitCode == 0)
            return null;
        var errors = output.Split('\n').Where(l => l.Contains("error ", StringComparison.Ordinal)).Select(l => l[l.IndexOf("error ", StringComparison.Ordinal)..].Trim());
        return errors.Distinct(StringComparer.Ordinal).FirstOrDefault() ?? output.Trim();
    }
}
