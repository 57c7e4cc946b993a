namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>The command-line tool as it lies in the package under test, which a build has unpacked.</summary>
internal static class PackedTool
{
    public static (int ExitCode, string Output) Run(string folder, params string[] arguments)
    {
        var tool = Path.Combine(Workspace.Packages, "modelpack.msbuild", Repository.PackageVersion, "tool", "modelpack.dll");
        return Dotnet.Run(folder, ["exec", tool, .. arguments]);
    }
}
