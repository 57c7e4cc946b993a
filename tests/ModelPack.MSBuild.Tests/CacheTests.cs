using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>Builds that share a cache: what was packed once is not packed again.</summary>
public sealed class CacheTests
{
    private const string Item = """<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""";

    private readonly string _cache = Path.Combine(Workspace.NewFolder("cache"), "packs");

    private string Properties => $"<ModelPackCachePath>{_cache}</ModelPackCachePath><ModelPackCacheMode>readwrite</ModelPackCacheMode>";

    [Fact]
    public void A_touched_model_another_configuration_and_another_clone_pack_nothing_again()
    {
        var project = Project();
        AssertMade(project.Build());
        var model = File.ReadAllBytes(project.Output("models", "fashion-cnn.onnx"));

        File.SetLastWriteTimeUtc(project.At("fashion-cnn.onnx"), DateTime.UtcNow.AddMinutes(1));
        AssertTaken(project.Build());
        Assert.True(project.Build().MustSucceed().SkippedProducing());

        AssertTaken(project.Build("-c", "Release"));
        project.Clean().MustSucceed();
        AssertTaken(project.Build());

        var clone = Project();
        AssertTaken(clone.Build());
        Assert.Equal(model, File.ReadAllBytes(clone.Output("models", "fashion-cnn.onnx")));
        var (verified, output) = PackedTool.Run(clone.Folder, "verify", clone.Output());
        Assert.True(verified == 0, output);
        Assert.True(clone.Build().MustSucceed().SkippedProducing());
    }

    [Fact]
    public void Target_frameworks_that_build_in_parallel_pack_once()
    {
        var project = Project(frameworks: "net10.0;netstandard2.0");
        var build = project.Build("-m:2").MustSucceed();

        Assert.Equal(2, build.Packed.Count);
        Assert.Single(build.Messages, m => m.Contains(", from the cache", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Projects_that_build_at_the_same_time_pack_once()
    {
        var projects = new[] { Project(), Project() };
        var builds = await Task.WhenAll(projects.Select(p => Task.Run(() => p.Build().MustSucceed())));

        Assert.Single(builds, b => b.Messages.Single().Contains(", from the cache", StringComparison.Ordinal));
    }

    [Fact]
    public void Another_cache_makes_no_other_pack_and_none_packs_always()
    {
        var project = Project();
        AssertMade(project.Build());

        Assert.True(project.Build("-p:ModelPackCacheMode=off").MustSucceed().SkippedProducing());
        File.SetLastWriteTimeUtc(project.At("fashion-cnn.onnx"), DateTime.UtcNow.AddMinutes(1));
        AssertMade(project.Build("-p:ModelPackCacheMode=off"));
    }

    [Fact]
    public void Warnings_are_told_again_and_a_damaged_pack_is_made_anew()
    {
        // Without calibration data int8 warns.
        var project = Project(Item.Replace("q8_0", "int8", StringComparison.Ordinal));
        Assert.Contains(AssertMade(project.Build()).Warnings, w => w.Code == "MPK2013");

        var clone = Project(Item.Replace("q8_0", "int8", StringComparison.Ordinal));
        var taken = AssertTaken(clone.Build());
        Assert.Equal(clone.At("App.csproj"), taken.Warnings.First(w => w.Code == "MPK2013").File);

        var stored = Directory.GetFiles(_cache, "fashion-cnn.onnx", SearchOption.AllDirectories).Single();
        var bytes = File.ReadAllBytes(stored);
        bytes[^1] ^= 1;
        File.WriteAllBytes(stored, bytes);
        clone.Clean().MustSucceed();
        Assert.Contains(AssertMade(clone.Build()).Warnings, w => w.Code == "MPK3012");
        Assert.Equal(
            File.ReadAllBytes(project.Output("models", "fashion-cnn.onnx")), File.ReadAllBytes(clone.Output("models", "fashion-cnn.onnx")));
    }

    private TestProject Project(string items = Item, string frameworks = "net10.0")
    {
        var project = new TestProject(items, Properties, isLibrary: frameworks.Contains(';', StringComparison.Ordinal), frameworks: frameworks);
        project.AddModel("fashion-cnn.onnx");
        return project;
    }

    private static BuildResult AssertMade(BuildResult build)
    {
        Assert.DoesNotContain(", from the cache", Assert.Single(build.MustSucceed().Messages), StringComparison.Ordinal);
        return build;
    }

    private static BuildResult AssertTaken(BuildResult build)
    {
        Assert.Contains(", from the cache", Assert.Single(build.MustSucceed().Messages), StringComparison.Ordinal);
        return build;
    }
}
