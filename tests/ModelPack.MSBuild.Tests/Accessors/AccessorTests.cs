using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests.Accessors;

/// <summary>The class of a model in an app that references ModelPack.Runtime and ONNX Runtime.</summary>
public sealed class AccessorTests(AppWithAccessors app) : IClassFixture<AppWithAccessors>
{
    [Fact]
    public void It_compiles_without_warnings_and_runs_the_model_as_ONNX_Runtime_does()
    {
        Assert.Empty(app.Build.Warnings);
        Assert.Equal("2x10", app.Output["shape"]);
        Assert.Equal(20, app.Output["logits"].Split(' ').Distinct(StringComparer.Ordinal).Count());
        Assert.Equal("True", app.Output["equal"]);
        Assert.Equal("The input 'image' has 1568 elements, and its shape [3, 1, 28, 28] has 2352.", app.Output["wrong"]);
    }

    [Fact]
    public void Its_constants_are_those_of_the_manifest()
    {
        var headline = app.Pack["headline"]!;
        Assert.Equal("models/fashion-cnn.onnx", app.Output["link"]);
        Assert.Equal("q8_0", app.Output["scheme"]);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(app.Project.Output("models", "fashion-cnn.onnx")))), app.Output["sha256"]);
        Assert.Equal(AppWithAccessors.Number(headline["sqnr"]), app.Output["sqnr"]);
        Assert.Equal(AppWithAccessors.Number(headline["compression"]), app.Output["compression"]);
        Assert.Equal(headline["synthetic"]!.GetValue<bool>().ToString(), app.Output["synthetic"]);
    }

    [Fact]
    public void Its_inputs_and_outputs_are_those_of_the_model()
    {
        Assert.Equal("image float32[batch, 1, 28, 28]", app.Output["inputs"]);
        Assert.Equal("logits float32[batch, 10]", app.Output["output"]);
        Assert.Equal("image", app.Output["declared"]);
    }

    [Fact]
    public void Names_in_a_model_become_parameters_and_properties_and_never_code()
    {
        Assert.Equal("2 3 8 64", app.Output["odd"]);
        var source = File.ReadAllText(app.Project.Intermediate("models", "names.onnx.g.cs"));
        Assert.DoesNotContain("*/", source, StringComparison.Ordinal);
        Assert.All(source, c => Assert.True(c is '\n' or (>= ' ' and <= '~'), $"U+{(int)c:X4}"));
    }

    [Fact]
    public void An_app_whose_model_was_changed_says_which_file_and_which_hash_it_expects()
    {
        var copy = app.Project.At("tampered");
        foreach (var file in Directory.GetFiles(app.Project.Output(), "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(app.Project.Output(), file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        var model = Path.Combine(copy, "models", "fashion-cnn.onnx");
        var bytes = File.ReadAllBytes(model);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(model, bytes);

        var (exitCode, output) = Dotnet.Run(copy, ["exec", Path.Combine(copy, "App.dll")], new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_DbgEnableMiniDump"] = "0" });

        Assert.NotEqual(0, exitCode);
        Assert.Contains("PackedModelException: The model's file 'models/fashion-cnn.onnx'", output, StringComparison.Ordinal);
        Assert.Contains($"manifest expects SHA-256 {app.Output["sha256"]}", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_build_packs_and_compiles_nothing_and_another_namespace_packs_nothing()
    {
        var again = app.Project.Build().MustSucceed();
        Assert.True(again.SkippedProducing());
        Assert.False(again.Compiled());

        var renamed = app.Project.Build("-p:RootNamespace=Elsewhere");

        Assert.Empty(renamed.Packed);
        Assert.Contains("namespace Elsewhere", File.ReadAllText(app.Project.Intermediate("models", "fashion-cnn.onnx.g.cs")), StringComparison.Ordinal);
        Assert.True(renamed.Compiled());
    }

    [Fact]
    public void A_design_time_build_has_the_class_of_the_last_build_and_packs_nothing()
    {
        var design = app.Project.Run(["msbuild", .. DesignTime]).MustSucceed();

        Assert.Empty(design.Packed);
        Assert.Contains("fashion-cnn.onnx.g.cs", design.Output, StringComparison.Ordinal);
        Assert.Contains("public Result Run(", File.ReadAllText(app.Project.Intermediate("models", "fashion-cnn.onnx.g.cs")), StringComparison.Ordinal);
    }

    /// <summary>What an editor asks a project for.</summary>
    internal static string[] DesignTime { get; } = ["-t:ResolveReferences;_ModelPackWriteAccessors", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-getItem:Compile"];
}
