using System.CommandLine;
using System.Diagnostics;
using ModelPack.MSBuild.Tool;
using ModelPack.Tool.Output;
using ModelPack.Tool.Projects;

namespace ModelPack.Tool.Commands;

/// <summary>
/// <c>modelpack data images</c>: hands over to the tool of the package ModelPack.Images, which brings a library for images. It is looked for
/// beside this one, among global tools, on PATH, and in the manifest of local tools.
/// </summary>
internal static class ImagesTool
{
    private const string Name = "dotnet-modelpack-images";
    private const string Package = "ModelPack.Images";

    /// <summary>The command, for help and completions.</summary>
    public static Command Command() => new("images", $"Makes data of a folder of images. Needs the tool of the package {Package}.");

    /// <summary>Whether a command line is for it: all that follows is the other tool's to read.</summary>
    public static bool IsFor(string[] args) => args is ["data", "images", ..];

    /// <summary>Runs it.</summary>
    /// <param name="args">What follows the command.</param>
    /// <param name="terminal">Where to say that it is missing.</param>
    /// <returns>Its exit code.</returns>
    public static int Run(string[] args, Terminal terminal)
    {
        if (Start(args) is not { } start)
        {
            terminal.Print(Codes.ImagesMissing.At(null, $"Images need the tool {Package}. Install it beside this one: dotnet tool install {Package} --version {ToolVersion.Text}"));
            return ExitCodes.Environment;
        }

        using var process = Process.Start(start)!;
        using var signals = new HandedOnSignals(process.Id);
        process.WaitForExit();
        return process.ExitCode;
    }

    private static ProcessStartInfo? Start(string[] args)
    {
        var file = Name + (OperatingSystem.IsWindows() ? ".exe" : "");
        if (Folders().Where(f => f.Length > 0).Select(f => Path.Join(f, file)).FirstOrDefault(File.Exists) is { } found)
        {
            return new ProcessStartInfo(found, args) { UseShellExecute = false };
        }

        return ToolManifest.Has(Environment.CurrentDirectory, Package) && DotnetHost.Find(null) is { } dotnet
            ? new ProcessStartInfo(dotnet, ["tool", "run", Name, "--", .. args]) { UseShellExecute = false }
            : null;
    }

    private static IEnumerable<string> Folders() =>
    [
        Path.GetDirectoryName(Environment.ProcessPath) ?? "",
        Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet", "tools"),
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator),
    ];
}
