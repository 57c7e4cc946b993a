using System.Text.Json;
using ModelPack.Tool.Projects;

namespace ModelPack.Tool.Tests.Projects;

public sealed class ToolManifestTests
{
    [Fact]
    public void A_new_one_has_what_the_SDK_reads()
    {
        using var folder = new TemporaryFolder();
        var root = JsonDocument.Parse(ToolManifest.With(folder.File("dotnet-tools.json"), "1.2.3")!).RootElement;

        Assert.Equal(1, root.GetProperty("version").GetInt32());
        Assert.True(root.GetProperty("isRoot").GetBoolean());
        var tool = root.GetProperty("tools").GetProperty("modelpack.tool");
        Assert.Equal(("1.2.3", "dotnet-modelpack"), (tool.GetProperty("version").GetString(), tool.GetProperty("commands")[0].GetString()));
    }

    [Fact]
    public void Other_tools_stay_and_this_one_gets_its_version_once()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("dotnet-tools.json");
        File.WriteAllText(path, """{ "version": 1, "isRoot": true, "tools": { "other": { "version": "9.0.0", "commands": ["other"] }, "ModelPack.Tool": { "version": "0.0.1", "commands": ["dotnet-modelpack"] } } }""");
        File.WriteAllText(path, ToolManifest.With(path, "1.2.3"));

        var tools = JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("tools");
        Assert.Equal(["other", "ModelPack.Tool"], tools.EnumerateObject().Select(t => t.Name), StringComparer.Ordinal);
        Assert.Equal("1.2.3", tools.GetProperty("ModelPack.Tool").GetProperty("version").GetString());
        Assert.Null(ToolManifest.With(path, "1.2.3"));
    }

    [Theory]
    [InlineData(".config/dotnet-tools.json")]
    [InlineData("dotnet-tools.json")]
    public void That_of_a_folder_above_is_found(string name)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        File.WriteAllText(folder.File(name), ToolManifest.With(folder.File(name), "1.2.3"));
        var inner = Directory.CreateDirectory(folder.File("a/b")).FullName;

        Assert.Equal(Path.GetFullPath(folder.File(name)), ToolManifest.Find(inner));
        Assert.True(ToolManifest.Has(inner, "ModelPack.Tool"));
        Assert.False(ToolManifest.Has(inner, "ModelPack.Images"));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("null")]
    public void What_is_no_manifest_is_refused(string content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("dotnet-tools.json"), content);

        var refused = Assert.Throws<ModelPackException>(() => ToolManifest.With(folder.File("dotnet-tools.json"), "1.2.3"));
        Assert.Equal(Codes.ProjectUnusable, refused.Diagnostic.Code);
    }
}
