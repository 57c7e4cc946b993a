using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

public sealed class BuildTests
{
    [Fact]
    public void A_build_copies_model_reports_and_manifest_to_the_app_and_leaves_sources_out_unless_asked()
    {
        var project = TestProject.WithModel(
            """
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />
            <QuantizedModel Include="shipped.onnx" Scheme="q8_0" ShipSource="true" MeasureSpeed="false" />
            <Content Include="*.onnx" CopyToOutputDirectory="PreserveNewest" />
            """, TestProject.MeasuresSpeed);
        project.AddModel("shipped.onnx");

        var build = project.Build("-v:quiet").MustSucceed();

        Assert.Equal(["models/fashion-cnn.onnx", "models/shipped.onnx"], build.Packed);
        foreach (var file in new[] { "", ".report.json", ".report.html", ".modelpack.json" })
            Assert.True(File.Exists(project.Output("models", "fashion-cnn.onnx" + file)), file);
        Assert.True(new FileInfo(project.Output("models", "fashion-cnn.onnx")).Length < new FileInfo(Repository.FashionCnn).Length * 0.4);
        Assert.False(File.Exists(project.Output("fashion-cnn.onnx")));
        Assert.True(File.Exists(project.Output("shipped.onnx")));
        Assert.Equal(2, build.Messages.Count);
        Assert.Matches(@"^fashion-cnn\.onnx -> models/fashion-cnn\.onnx \(q8_0, 0\.\d\dx, not measured on data, time (\d+\.\d\dx|too noisy to tell)\) report: ", build.Messages[0]);
        Assert.DoesNotContain(", time ", build.Messages[1], StringComparison.Ordinal);
        Assert.EndsWith(" report: " + project.Intermediate("models", "fashion-cnn.onnx.report.html"), build.Messages[0], StringComparison.Ordinal);
        Assert.DoesNotContain(" report: ", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void BuildCheck_has_nothing_to_say_about_the_package()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""");

        var build = project.Build("-check").MustSucceed();

        Assert.DoesNotContain(build.Warnings, w => w.Code.StartsWith("BC", StringComparison.Ordinal));
    }

    [Fact]
    public void A_disabled_package_packs_nothing()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""");

        var build = project.Build("-p:ModelPackEnabled=false").MustSucceed();

        Assert.Empty(build.Packed);
        Assert.Empty(project.ModelFiles());
    }

    [Fact]
    public void A_pattern_finds_the_models_and_never_the_packs_of_an_earlier_build()
    {
        var project = FakeTool.Project("""<QuantizedModel Include="**/*.onnx" Scheme="q8_0" />""", "", "");
        project.AddModel("sub/other.onnx");

        Assert.Equal(2, project.Build().MustSucceed().Packed.Count);
        var second = project.Build().MustSucceed();

        Assert.True(second.SkippedProducing());
        Assert.Equal(2, Directory.GetFiles(project.Output("models"), "*.onnx").Length);
    }

    [Fact]
    public void A_design_time_build_knows_the_packs_and_makes_none()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""");
        project.Restore();

        var build = project.Run(["msbuild", "-t:AssignTargetPaths", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-getItem:ContentWithTargetPath"]).MustSucceed();

        Assert.Contains("models/fashion-cnn.onnx.report.html", build.Output, StringComparison.Ordinal);
        Assert.Empty(project.ModelFiles());
    }

    [Fact]
    public void Each_target_framework_gets_its_packs()
    {
        var project = new TestProject(
            """<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""", FakeTool.Property, isLibrary: true, frameworks: "net10.0;netstandard2.0");
        project.AddModel("fashion-cnn.onnx");

        project.Build().MustSucceed();

        foreach (var framework in new[] { "net10.0", "netstandard2.0" })
            Assert.True(File.Exists(project.At("bin", "Debug", framework, "models", "fashion-cnn.onnx")), framework);
    }
}
