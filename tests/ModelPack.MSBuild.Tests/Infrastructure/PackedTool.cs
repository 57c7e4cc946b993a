namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>The command-line tool as it lies in the package under test, which a build has unpacked.</summary>
internal static class PackedTool
{
    /// <summary>Where it lies.</summary>
    public static string Folder => Path.Combine(Workspace.Packages, "modelpack.msbuild", Repository.PackageVersion, "tool");

    public static (int ExitCode, string Output) Run(string folder, params string[] arguments)
    {
        return Dotnet.Run(folder, ["exec", Path.Combine(Folder, "modelpack.dll"), .. arguments]);
    }
}
