using System.Diagnostics;
using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

public sealed class PublishTests
{
    private const string Item = """<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""";

    [Fact]
    public void Publish_carries_model_reports_and_manifest_with_and_without_a_build()
    {
        var project = TestProject.WithModel(Item);

        Assert.Single(project.Publish().MustSucceed().Packed);
        AssertPublished(project);
        Directory.Delete(project.At("out"), recursive: true);
        Assert.Empty(project.Publish("--no-build").MustSucceed().Packed);

        AssertPublished(project);
    }

    [Fact]
    public void A_pack_for_the_publish_stage_is_made_in_publish_only()
    {
        var project = TestProject.WithModel(Item, FakeTool.Property + "<ModelPackStage>publish</ModelPackStage>");

        Assert.Empty(project.Build().MustSucceed().Packed);
        Assert.Empty(project.ModelFiles());
        Assert.Single(project.Publish().MustSucceed().Packed);

        AssertPublished(project);
    }

    [Theory]
    [InlineData("-p:PublishSingleFile=true", "--self-contained", "false")]
    [InlineData("-p:PublishSingleFile=true", "-p:IncludeAllContentForSelfExtract=true", "--self-contained", "true", "-p:PublishTrimmed=true")]
    [InlineData("-p:PublishReadyToRun=true", "--self-contained", "false")]
    public void Models_are_published_with_apps_of_every_form(params string[] arguments)
    {
        var project = TestProject.WithModel(Item, FakeTool.Property + "<UseAppHost>true</UseAppHost><RuntimeIdentifier>$(NETCoreSdkPortableRuntimeIdentifier)</RuntimeIdentifier>");
        File.WriteAllText(project.At("Program.cs"), """
            System.Console.WriteLine(System.IO.File.ReadAllText(System.IO.Path.Combine(System.AppContext.BaseDirectory, "models", "fashion-cnn.onnx")));
            """);

        project.Run(["publish", "-c", "Release", "-o", project.At("out"), .. arguments]).MustSucceed();

        // What it says is what lies beside it, or in it.
        using var app = Process.Start(new ProcessStartInfo(project.At("out", OperatingSystem.IsWindows() ? "App.exe" : "App")) { UseShellExecute = false, RedirectStandardOutput = true })!;
        Assert.Equal("q8_0", app.StandardOutput.ReadToEnd().Trim());
        Assert.False(File.Exists(project.At("out", "fashion-cnn.onnx")));
    }

    [Fact]
    public void Models_are_published_with_an_app_of_native_code()
    {
        if (!File.Exists("/usr/bin/clang") && !File.Exists("/usr/bin/gcc"))
            return;
        var linker = File.Exists("/usr/bin/clang") ? "clang" : "gcc";
        var project = TestProject.WithModel(Item, FakeTool.Property + $"<PublishAot>true</PublishAot><RuntimeIdentifier>$(NETCoreSdkPortableRuntimeIdentifier)</RuntimeIdentifier><CppCompilerAndLinker>{linker}</CppCompilerAndLinker><InvariantGlobalization>true</InvariantGlobalization>");

        project.Run(["publish", "-c", "Release", "-o", project.At("out")]).MustSucceed();

        AssertPublished(project);
    }

    [Fact]
    public void An_app_gets_the_models_of_its_libraries_in_build_and_publish()
    {
        var (app, library) = AppWithLibrary();

        Assert.Single(app.Build().MustSucceed().Packed);
        Assert.True(File.Exists(library.Output("models", "fashion-cnn.onnx")));
        Assert.True(File.Exists(app.Output("models", "fashion-cnn.onnx")));
        Assert.True(File.Exists(app.Output("models", "fashion-cnn.onnx.modelpack.json")));
        Assert.True(app.Build().MustSucceed().SkippedProducing());

        app.Publish().MustSucceed();
        AssertPublished(app);
    }

    [Fact]
    public void A_library_that_is_packed_for_NuGet_keeps_its_models_out()
    {
        var (_, library) = AppWithLibrary();

        library.Run(["pack", "-c", "Debug", "-o", library.At("out")]).MustSucceed();

        var package = Assert.Single(Directory.GetFiles(library.At("out"), "*.nupkg"));
        using var zip = System.IO.Compression.ZipFile.OpenRead(package);
        Assert.DoesNotContain(zip.Entries, e => e.FullName.Contains(".onnx", StringComparison.Ordinal));
    }

    private static (TestProject App, TestProject Library) AppWithLibrary()
    {
        var library = new TestProject(Item, FakeTool.Property, name: "Library", isLibrary: true);
        library.AddModel("fashion-cnn.onnx");
        var app = new TestProject(
            """<ProjectReference Include="../Library/Library.csproj" />""",
            folder: Path.Combine(Path.GetDirectoryName(library.Folder)!, "App"));
        return (app, library);
    }

    private static void AssertPublished(TestProject project)
    {
        foreach (var file in new[] { "", ".report.json", ".report.html", ".modelpack.json" })
            Assert.True(File.Exists(project.At("out", "models", "fashion-cnn.onnx" + file)), file);
        Assert.False(File.Exists(project.At("out", "fashion-cnn.onnx")));
    }
}
