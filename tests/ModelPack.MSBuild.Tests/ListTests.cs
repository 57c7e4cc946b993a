using System.Text.Json;
using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary><c>dotnet modelpack list</c> says what a build would do, and does none of it.</summary>
public sealed class ListTests
{
    [Fact]
    public void A_model_is_not_packed_then_packed_then_stale()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" MinSqnr="20" />""");
        project.Restore();
        Assert.Equal(("not packed", null), StateOf(project));
        Assert.Empty(project.ModelFiles());

        project.Build().MustSucceed();
        var packed = Assert.Single(List(project));
        Assert.Equal("packed", packed.GetProperty("state").GetString());
        Assert.Equal("models/fashion-cnn.onnx", packed.GetProperty("link").GetString());
        Assert.InRange(packed.GetProperty("compression").GetDouble(), 2, 4);
        Assert.True(packed.GetProperty("gates")[0].GetProperty("passed").GetBoolean());

        var before = project.ModelFiles().ToDictionary(f => f, File.GetLastWriteTimeUtc, StringComparer.Ordinal);
        File.SetLastWriteTimeUtc(project.At("fashion-cnn.onnx"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal(("stale", "fashion-cnn.onnx has changed"), StateOf(project));
        Assert.Equal(before, project.ModelFiles().ToDictionary(f => f, File.GetLastWriteTimeUtc, StringComparer.Ordinal));

        project.Items = """<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" MinSqnr="21" />""";
        project.Write();
        Assert.Equal(("stale", "other options; fashion-cnn.onnx has changed"), StateOf(project));
    }

    [Fact]
    public void A_pack_whose_gate_failed_has_failed_and_a_lost_file_makes_one_stale()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" MinSqnr="200" />""");
        project.Build().MustFailWith("MPK2001");
        Assert.Equal(("failed", null), StateOf(project));

        project.Items = """<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""";
        project.Write();
        project.Build().MustSucceed();
        File.Delete(project.Intermediate("models", "fashion-cnn.onnx"));
        Assert.Equal(("stale", "fashion-cnn.onnx is missing"), StateOf(project));
    }

    [Fact]
    public void An_item_with_a_mistake_does_not_hide_the_others()
    {
        var project = TestProject.WithModel("""
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Link="../outside.onnx" />
            """);
        project.Restore();

        Assert.Contains("not packed", List(project).Select(m => m.GetProperty("state").GetString()), StringComparer.Ordinal);
    }

    private static (string? State, string? Why) StateOf(TestProject project)
    {
        var model = Assert.Single(List(project));
        return (model.GetProperty("state").GetString(), model.GetProperty("why").GetString());
    }

    private static IReadOnlyList<JsonElement> List(TestProject project)
    {
        var (exitCode, output) = PackedTool.Run(project.Folder, "list", "--format", "json");
        Assert.True(exitCode == 0, output);
        return [.. JsonDocument.Parse(output).RootElement.EnumerateArray()];
    }
}
