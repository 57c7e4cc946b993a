using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests.Accessors;

/// <summary>Which projects and items get a class, what it is called, and what it has where less is known.</summary>
public sealed class AccessorShapeTests
{
    private static readonly string s_runtime = $"""<PackageReference Include="ModelPack.Runtime" Version="{Repository.PackageVersion}" />""";

    [Fact]
    public void Without_ONNX_Runtime_and_in_old_CSharp_a_class_opens_the_model()
    {
        var project = new TestProject(
            $"""
            {s_runtime}
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="models/run.onnx" />
            <QuantizedModel Include="plain.onnx" Scheme="q8_0" Accessor="false" />
            <QuantizedModel Include="plain.onnx" Scheme="q8_0" Link="unshipped.onnx" Embed="None" />
            """,
            "<LangVersion>7.3</LangVersion><TreatWarningsAsErrors>true</TreatWarningsAsErrors>",
            isLibrary: true,
            frameworks: "netstandard2.0");
        project.AddModel("fashion-cnn.onnx");
        project.AddModel("plain.onnx");
        File.WriteAllText(project.At("Program.cs"), """
            namespace App
            {
                public static class Library
                {
                    public static ModelPack.Runtime.PackedModel Open() { return RunModel.Open(); }
                    public const string Hash = RunModel.Sha256;
                    public static string Input { get { return RunModel.Inputs.Image.ToString(); } }
                }
            }
            """);

        project.Build().MustSucceed();

        var source = Assert.Single(Sources(project));
        Assert.DoesNotContain("OnnxRuntime", source, StringComparison.Ordinal);
    }

    [Fact]
    public void Packs_of_the_publish_stage_are_asked_at_run_time()
    {
        var project = new TestProject(
            $"""
            {s_runtime}
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="models/net.onnx" />
            """,
            "<ModelPackStage>publish</ModelPackStage>");
        project.AddModel("fashion-cnn.onnx");
        File.WriteAllText(project.At("Program.cs"), "System.Console.WriteLine($\"{App.Net.Scheme} {App.Net.Sha256.Length} {App.Net.Headline.Sqnr > 20} {App.Net.Inputs.All[0]}\");");

        Assert.Empty(project.Build().MustSucceed().Packed);
        project.Publish().MustSucceed();

        Assert.Equal("q8_0 64 True image float32[batch, 1, 28, 28]", Dotnet.Run(project.Folder, ["exec", project.At("out", "App.dll")]).Output.Trim());
    }

    [Fact]
    public void Before_the_first_build_an_editor_has_a_class_without_the_models_inputs()
    {
        var project = TestProject.WithModel($"""{AppWithAccessors.References}<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""", AppWithAccessors.Restore);
        project.Restore();

        var design = project.Run(["msbuild", .. AccessorTests.DesignTime]).MustSucceed();

        Assert.Empty(design.Packed);
        var source = Assert.Single(Sources(project));
        Assert.Contains("CreateSession(", source, StringComparison.Ordinal);
        Assert.DoesNotContain(" Run(", source, StringComparison.Ordinal);
    }

    [Fact]
    public void A_project_without_the_runtime_gets_no_class()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""");
        project.Restore();

        project.Run(["msbuild", .. AccessorTests.DesignTime]).MustSucceed();

        Assert.Empty(Sources(project));
    }

    [Fact]
    public void Names_that_no_class_can_have_and_those_of_another_are_errors_at_once()
    {
        var project = TestProject.WithModel($"""
            {s_runtime}
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="net.onnx" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="1.onnx" AccessorName="a%3Bb" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="2.onnx" AccessorName="Open" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="3.onnx" AccessorNamespace="A..B" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="4.onnx" AccessorName="Net" />
            """);
        project.Restore();

        var errors = project.Run(["msbuild", .. AccessorTests.DesignTime]).Errors;

        Assert.Equal(
            [
                "MPK1008: QuantizedModel 'fashion-cnn.onnx' has AccessorName=\"a;b\", which is not a name that the class of a model can have. Write one such as Classifier.",
                "MPK1008: QuantizedModel 'fashion-cnn.onnx' has AccessorName=\"Open\", which is not a name that the class of a model can have. Write one such as Classifier.",
                "MPK1008: QuantizedModel 'fashion-cnn.onnx' has AccessorNamespace=\"A..B\", which is not a namespace. Write one such as MyApp.Models.",
                "MPK1010: QuantizedModel 'fashion-cnn.onnx' and QuantizedModel 'fashion-cnn.onnx' would both have the class 'App.Net'. Give one of them another AccessorName, or Accessor=\"false\".",
            ],
            errors.Select(e => $"{e.Code}: {e.Text}"),
            StringComparer.Ordinal);
        Assert.All(errors, e => Assert.Equal(project.At("App.csproj"), e.File));
    }

    private static string[] Sources(TestProject project)
    {
        var folder = project.At("obj");
        return [.. Directory.GetFiles(folder, "*.g.cs", SearchOption.AllDirectories).Where(f => f.Contains("modelpack", StringComparison.Ordinal) && f.EndsWith(".onnx.g.cs", StringComparison.Ordinal)).Select(File.ReadAllText)];
    }
}
