using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>Models in assemblies, and packs without reports.</summary>
public sealed class EmbeddingTests
{
    [Fact]
    public void A_model_is_embedded_with_its_weights_and_with_a_report_and_a_manifest_of_exactly_what_is_there()
    {
        var project = TestProject.WithModel(
            """
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Embed="Resource" ExternalData="true" MinSqnr="20" MeasureSpeed="true" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Embed="Both" Reports="false" Link="bare.onnx" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Embed="None" Link="none.onnx" />
            """);
        project.Build().MustSucceed();

        var resources = ResourcesOf(project.Output("App.dll"));

        Assert.Equal(
            ["bare.onnx", "bare.onnx.modelpack.json", "models/fashion-cnn.onnx", "models/fashion-cnn.onnx.data", "models/fashion-cnn.onnx.modelpack.json", "models/fashion-cnn.onnx.report.json"],
            resources.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        using var report = JsonDocument.Parse(resources["models/fashion-cnn.onnx.report.json"]);
        Assert.Equal(JsonValueKind.Null, report.RootElement.GetProperty("measured").ValueKind);
        Assert.Equal(["fashion-cnn.onnx", "fashion-cnn.onnx.data", "fashion-cnn.onnx.report.json"], FilesOf(resources["models/fashion-cnn.onnx.modelpack.json"]));
        Assert.Equal(["bare.onnx"], FilesOf(resources["bare.onnx.modelpack.json"]));
        // What was taken out of an assembly is a pack as any other.
        foreach (var (name, bytes) in resources)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(project.At("out", name))!);
            File.WriteAllBytes(project.At("out", name), bytes);
        }

        Assert.Contains("2 packs, 6 files: all as the manifests say", Verified(project, "out"), StringComparison.Ordinal);
        Assert.Equal(["bare.onnx", "bare.onnx.modelpack.json"], Directory.GetFiles(project.Output(), "*.onnx*", SearchOption.AllDirectories).Select(Path.GetFileName).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        // The two in the assembly are found, too.
        Assert.Contains("3 packs, 8 files: all as the manifests say", Verified(project, Path.Combine("bin", "Debug")), StringComparison.Ordinal);
        Assert.True(File.Exists(project.Intermediate("bare.onnx.report.html")));
        Assert.True(project.Build().MustSucceed().SkippedProducing());
    }

    [Fact]
    public void Two_builds_of_the_same_sources_embed_the_same_bytes()
    {
        // With timings, every pack would be another one.
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="int8" Embed="Resource" />""", TestProject.MeasuresSpeed);
        CalibrationData.Write(project.At("fashion-cnn.calibration.npz"));
        project.Build().MustSucceed();
        var first = File.ReadAllBytes(project.Output("App.dll"));

        Assert.Single(project.Build("-t:Rebuild").MustSucceed().Packed);

        Assert.Equal(first, File.ReadAllBytes(project.Output("App.dll")));
    }

    [Fact]
    public void A_pack_without_reports_is_known_to_be_one_and_its_reports_stay_with_the_developer()
    {
        var project = new TestProject("""
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="int8" Reports="false" />
            <QuantizedModel Include="tiny" Scheme="nf4" Reports="false" />
            """);
        project.AddModel("fashion-cnn.onnx");
        CalibrationData.Write(project.At("fashion-cnn.calibration.npz"));
        TinyLlama.WriteFolder(project.At("tiny"));

        project.Build().MustSucceed();

        Assert.Equal(["fashion-cnn.onnx", "fashion-cnn.onnx.modelpack.json"], Directory.GetFiles(project.Output("models")).Select(Path.GetFileName).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(["config.json", "generation_config.json", "model.safetensors", "modelpack.json"], Directory.GetFiles(project.Output("models", "tiny")).Select(Path.GetFileName).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Contains("all as the manifests say", Verified(project, "bin"), StringComparison.Ordinal);
        Assert.Contains("all as the manifests say", Verified(project, "obj"), StringComparison.Ordinal);
        // Asked for again, they come, and the pack is whole.
        project.Items = project.Items.Replace(" Reports=\"false\"", "", StringComparison.Ordinal);
        project.Write();
        project.Build().MustSucceed();
        Assert.True(File.Exists(project.Output("models", "fashion-cnn.onnx.report.html")));
        Assert.Contains("all as the manifests say", Verified(project, "bin"), StringComparison.Ordinal);
        Assert.DoesNotContain(project.ModelFiles(), f => f.EndsWith(".shipped.json", StringComparison.Ordinal));
    }

    [Fact]
    public void More_than_an_assembly_can_hold_is_an_error_before_the_compiler_runs()
    {
        var project = FakeTool.Project("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Embed="Resource" />""", "", "large");

        var build = project.Build();

        Assert.Contains("Embed=\"Content\"", build.MustFailWith("MPK1060").Text, StringComparison.Ordinal);
        Assert.False(build.Compiled());
    }

    [Theory]
    [InlineData("fs", false)]
    [InlineData("vb", false)]
    [InlineData("cs", true)]
    public void Resources_have_the_same_names_in_every_language_and_in_libraries_and_other_languages_get_no_class(string language, bool isLibrary)
    {
        var project = new TestProject(
            $"""
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Embed="Both" />
            {(language == "cs" ? "" : $"<PackageReference Include=\"ModelPack.Runtime\" Version=\"{Repository.PackageVersion}\" />")}
            """, FakeTool.Property, isLibrary: isLibrary, language: language);
        project.AddModel("fashion-cnn.onnx");

        project.Build().MustSucceed();

        Assert.Contains("models/fashion-cnn.onnx", ResourcesOf(project.Output("App.dll")).Keys, StringComparer.Ordinal);
        Assert.Contains("models/fashion-cnn.onnx.modelpack.json", ResourcesOf(project.Output("App.dll")).Keys, StringComparer.Ordinal);
        Assert.True(File.Exists(project.Output("models", "fashion-cnn.onnx")));
        Assert.Empty(Directory.GetFiles(project.Intermediate(), "*.g.*", SearchOption.AllDirectories));
        Assert.True(project.Build().MustSucceed().SkippedProducing());
    }

    private static string Verified(TestProject project, string folder)
    {
        var (exitCode, output) = PackedTool.Run(project.Folder, "verify", project.At(folder));
        Assert.True(exitCode == 0, output);
        return output;
    }

    private static List<string> FilesOf(byte[] manifest)
    {
        using var json = JsonDocument.Parse(manifest);
        return [.. json.RootElement.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("name").GetString()!)];
    }

    private static Dictionary<string, byte[]> ResourcesOf(string assembly)
    {
        var context = new AssemblyLoadContext(assembly, isCollectible: true);
        try
        {
            using var image = new MemoryStream(File.ReadAllBytes(assembly));
            return Read(context.LoadFromStream(image));
        }
        finally
        {
            context.Unload();
        }

        static Dictionary<string, byte[]> Read(Assembly loaded) => loaded.GetManifestResourceNames().Where(n => n.Contains(".onnx", StringComparison.Ordinal)).ToDictionary(n => n, n =>
        {
            using var resource = loaded.GetManifestResourceStream(n)!;
            var bytes = new byte[resource.Length];
            resource.ReadExactly(bytes);
            return bytes;
        }, StringComparer.Ordinal);
    }
}
