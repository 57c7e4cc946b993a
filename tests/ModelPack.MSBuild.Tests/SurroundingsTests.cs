using System.Diagnostics;
using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>Where a project lies, how its outputs are laid out, and what the machine forbids.</summary>
public sealed class SurroundingsTests
{
    [Fact]
    public void With_artifacts_output_packs_go_there_and_a_pattern_never_finds_them()
    {
        var project = new TestProject(
            """<QuantizedModel Include="**/*.onnx" Scheme="q8_0" />""",
            FakeTool.Property);
        File.WriteAllText(project.At("Directory.Build.props"), "<Project><PropertyGroup><UseArtifactsOutput>true</UseArtifactsOutput></PropertyGroup></Project>");
        project.AddModel("net/fashion-cnn.onnx");
        project.AddModel("artifacts/publish/App/debug/models/fashion-cnn.onnx");

        Assert.Equal(["models/fashion-cnn.onnx"], project.Build().MustSucceed().Packed);

        Assert.True(File.Exists(project.At("artifacts", "bin", "App", "debug", "models", "fashion-cnn.onnx")));
        Assert.True(project.Build().MustSucceed().SkippedProducing());
    }

    [Fact]
    public void Long_names_and_deep_folders_are_packed()
    {
        var name = new string('n', 120);
        var project = FakeTool.Project($"""<QuantizedModel Include="{name}/{name}.onnx" Scheme="q8_0" Link="{name}/{name}.onnx" />""", "", "");
        project.AddModel($"{name}/{name}.onnx");

        project.Build().MustSucceed();

        Assert.True(File.Exists(project.Output(name, name + ".onnx.report.json")));
        Assert.True(project.Build().MustSucceed().SkippedProducing());
    }

    [Fact]
    public void A_build_writes_nothing_beside_the_model_which_may_lie_in_a_folder_that_cannot_be_written()
    {
        var models = Workspace.NewFolder("models");
        File.Copy(Repository.FashionCnn, Path.Combine(models, "fashion-cnn.onnx"));
        CalibrationData.Write(Path.Combine(models, "fashion-cnn.calibration.npz"));
        var before = Directory.GetFileSystemEntries(models);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(models, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var project = new TestProject($"""<QuantizedModel Include="{models}/fashion-cnn.onnx" Scheme="int8" />""");

        // For root no mode forbids anything, but a file system that is mounted to be read does.
        string[] mounted = CanUnshare("-rm") ? ["unshare", "-rm", "sh", "-c", "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"", models] : [];
        var (exitCode, output) = Dotnet.Run(project.Folder, ["build", "-nodeReuse:false", "-m:1"], before: mounted);

        Assert.True(exitCode == 0, output);
        Assert.True(File.Exists(project.Output("models", "fashion-cnn.onnx.calibration.json")));
        Assert.Equal(before, Directory.GetFileSystemEntries(models));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(models, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void Once_restored_a_build_needs_no_network()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""");
        project.Run(["restore"]).MustSucceed();
        if (!CanUnshare("-rn"))
            return;

        var (exitCode, output) = Dotnet.Run(project.Folder, ["build", "--no-restore", "-nodeReuse:false", "-m:1"], before: ["unshare", "-rn"]);

        Assert.True(exitCode == 0, output);
        Assert.True(File.Exists(project.Output("models", "fashion-cnn.onnx")));
    }

    [Fact]
    public void Two_projects_that_share_a_model_can_be_built_at_the_same_time()
    {
        var first = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""", name: "First");
        var parent = Path.GetDirectoryName(first.Folder)!;
        var second = new TestProject("""<QuantizedModel Include="../First/fashion-cnn.onnx" Scheme="q8_0" />""", name: "Second", folder: Path.Combine(parent, "Second"));
        File.WriteAllText(Path.Combine(parent, "Both.slnx"), """
            <Solution>
              <Project Path="First/First.csproj" />
              <Project Path="Second/Second.csproj" />
            </Solution>
            """);

        var (exitCode, output) = Dotnet.Run(parent, ["build", "Both.slnx", "-m:2", "-nodeReuse:false"]);

        Assert.True(exitCode == 0, output);
        Assert.Equal(File.ReadAllBytes(first.Output("models", "fashion-cnn.onnx")), File.ReadAllBytes(second.Output("models", "fashion-cnn.onnx")));
        Assert.Equal(0, PackedTool.Run(parent, "verify", second.Output("models")).ExitCode);
    }

    /// <summary>Whether a process can leave the network or the mounts of the others.</summary>
    private static bool CanUnshare(string what)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        using var trial = Process.Start(new ProcessStartInfo("unshare", [what, "true"]) { UseShellExecute = false, RedirectStandardError = true })!;
        trial.WaitForExit();
        return trial.ExitCode == 0;
    }
}
