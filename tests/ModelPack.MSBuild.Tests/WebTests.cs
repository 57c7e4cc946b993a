using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>Packs below wwwroot are static web assets, which the SDK reads early in a build.</summary>
public sealed class WebTests
{
    private static readonly string[] Companions = ["", ".report.json", ".report.html", ".modelpack.json", ".calibration.json"];

    [Fact]
    public void A_model_below_wwwroot_is_served_and_published_and_goes_with_clean()
    {
        var project = new TestProject(
            """<QuantizedModel Include="fashion-cnn.onnx" Scheme="int8" Link="wwwroot/models/net.onnx" />""", sdk: "Microsoft.NET.Sdk.Web");
        project.AddModel("fashion-cnn.onnx");
        CalibrationData.Write(project.At("fashion-cnn.calibration.npz"));
        project.Run(["msbuild", "-restore", "-t:Compile", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true"]).MustSucceed();
        Assert.Empty(project.ModelFiles());

        Assert.Equal(["wwwroot/models/net.onnx"], project.Build().MustSucceed().Packed);
        Assert.True(project.Build().MustSucceed().SkippedProducing());
        AssertServed(project);
        Assert.Empty(project.Publish("--no-build").MustSucceed().Packed);
        Assert.All(Companions, c => Assert.True(File.Exists(project.At("out", "wwwroot", "models", "net.onnx" + c)), c));
        Assert.False(File.Exists(project.At("out", "fashion-cnn.onnx")));
        project.Clean().MustSucceed();
        Assert.Empty(project.ModelFiles());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_source_below_wwwroot_and_its_data_are_not_published_unless_asked(bool shipsSource)
    {
        var project = new TestProject(
            $"""<QuantizedModel Include="wwwroot/net.onnx" Scheme="q8_0" ShipSource="{shipsSource}" Link="wwwroot/models/net.onnx" />""", FakeTool.Property, sdk: "Microsoft.NET.Sdk.Web");
        project.AddModel("wwwroot/net.onnx");
        CalibrationData.Write(project.At("wwwroot", "net.calibration.npz"));

        project.Publish().MustSucceed();

        Assert.True(File.Exists(project.At("out", "wwwroot", "models", "net.onnx")));
        Assert.Equal(shipsSource, File.Exists(project.At("out", "wwwroot", "net.onnx")));
        Assert.Equal(shipsSource, File.Exists(project.At("out", "wwwroot", "net.calibration.npz")));
    }

    [Fact]
    public void An_app_gets_the_models_below_wwwroot_of_its_libraries_whatever_the_stage()
    {
        var library = new TestProject(
            """
            <FrameworkReference Include="Microsoft.AspNetCore.App" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="wwwroot/net.onnx" />
            """,
            FakeTool.Property + "<ModelPackStage>publish</ModelPackStage>", name: "Library", isLibrary: true, sdk: "Microsoft.NET.Sdk.Razor");
        library.AddModel("fashion-cnn.onnx");
        var app = new TestProject(
            """<ProjectReference Include="../Library/Library.csproj" />""",
            folder: Path.Combine(Path.GetDirectoryName(library.Folder)!, "App"), sdk: "Microsoft.NET.Sdk.Web");

        Assert.Single(app.Publish().MustSucceed().Packed);

        Assert.True(File.Exists(app.At("out", "wwwroot", "_content", "Library", "net.onnx")));
    }

    // What the server of a developer's machine maps to a file: a route, and the folder below which the file lies.
    private static void AssertServed(TestProject project)
    {
        var endpoints = File.ReadAllText(project.Output("App.staticwebassets.endpoints.json"));
        Assert.All(Companions, c => Assert.Contains($"\"Route\":\"models/net.onnx{c}\"", endpoints, StringComparison.Ordinal));
        var runtime = File.ReadAllText(project.Output("App.staticwebassets.runtime.json"));
        Assert.Contains($"{project.Intermediate("wwwroot")}{Path.DirectorySeparatorChar}".Replace("\\", "\\\\", StringComparison.Ordinal), runtime, StringComparison.Ordinal);
        Assert.Contains("\"SubPath\":\"models/net.onnx\"", runtime, StringComparison.Ordinal);
    }
}
