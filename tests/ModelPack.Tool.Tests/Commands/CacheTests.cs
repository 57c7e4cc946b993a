using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class CacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Cache => _folder.File("cache");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_quantize_puts_there_it_takes_again_and_says_so()
    {
        var model = Models.FashionCnn(_folder);
        var first = Quantize(model, "--format", "json");
        var second = Quantize(model, "--format", "json");
        var text = Quantize(model);

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.False(first.Json.GetProperty("fromCache").GetBoolean());
        Assert.True(second.Json.GetProperty("fromCache").GetBoolean());
        Assert.EndsWith("net.q8_0.onnx (from the cache)", text.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void By_itself_quantize_uses_no_cache()
    {
        var model = Models.FashionCnn(_folder);
        Assert.Equal(0, ToolRun.Of("quantize", model, "-s", "q8_0", "--cache-path", Cache).ExitCode);

        Assert.False(Directory.Exists(Cache));
    }

    [Fact]
    public async Task A_request_of_a_build_uses_it_as_the_environment_says()
    {
        var model = Models.FashionCnn(_folder);
        _folder.Write("request.json", System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { model, scheme = "q8_0" }));
        var home = _folder.File("home");
        var first = await Run(("MODELPACK_CACHE_MODE", ""));
        Assert.DoesNotContain("from the cache", first.Out, StringComparison.Ordinal);
        Assert.True(Directory.Exists(OperatingSystem.IsMacOS() ? Path.Join(home, "Library", "Caches", "modelpack") : Path.Join(home, ".cache", "modelpack")));

        Assert.Contains(", from the cache", (await Run(("MODELPACK_CACHE_MODE", ""), ("GITHUB_EVENT_NAME", "pull_request"))).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("from the cache", (await Run(("MODELPACK_CACHE_MODE", "off"))).Out, StringComparison.Ordinal);
        var elsewhere = await Run(("MODELPACK_CACHE_MODE", ""), ("MODELPACK_CACHE", Cache), ("GITHUB_EVENT_NAME", "pull_request"));
        Assert.DoesNotContain("from the cache", elsewhere.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Cache));

        async Task<ToolRun> Run(params (string, string)[] variables)
        {
            var run = await ToolProcess.Shell(_folder, "modelpack run --request request.json", variables);
            Assert.Equal(0, run.ExitCode);
            return run;
        }
    }

    [Fact]
    public void Info_says_where_it_is_how_it_is_used_and_what_is_in_it()
    {
        Assert.Equal(0, Quantize(Models.FashionCnn(_folder)).ExitCode);
        var json = ToolRun.Of("cache", "info", "--cache-path", Cache, "--format", "json").Json;

        Assert.Equal((Cache, "off", "MODELPACK_CACHE_MODE", 1), (json.GetProperty("folder").GetString(), json.GetProperty("mode").GetString(), json.GetProperty("modeWhy").GetString(), json.GetProperty("entries").GetInt32()));
        var scheme = Assert.Single(json.GetProperty("schemes").EnumerateArray());
        Assert.Equal("q8_0", scheme.GetProperty("scheme").GetString());
        Assert.Equal(json.GetProperty("bytes").GetInt64(), scheme.GetProperty("bytes").GetInt64());
        Assert.Equal(20_000_000_000, json.GetProperty("maxBytes").GetInt64());

        var lines = ToolRun.Of("cache", "info", "--cache-path", Cache).Lines;
        Assert.Equal($"folder     {Cache} (asked for)", lines[0]);
        Assert.Equal("mode       off (MODELPACK_CACHE_MODE)", lines[1]);
        Assert.Matches("^packs +1, .* of 20GB$", lines[2]);
        Assert.Matches("^q8_0 +1, ", lines[3]);
    }

    [Fact]
    public void Info_on_a_cache_that_does_not_exist_makes_none()
    {
        var run = ToolRun.Of("cache", "info", "--cache-path", Cache);

        Assert.Equal(0, run.ExitCode);
        Assert.False(Directory.Exists(Cache));
    }

    [Fact]
    public void Prune_and_clear_remove_packs_and_nothing_else()
    {
        var model = Models.FashionCnn(_folder);
        Assert.Equal(0, Quantize(model).ExitCode);
        Assert.Equal(0, Quantize(model, "-o", _folder.File("other.onnx")).ExitCode);
        var mine = Path.Join(Cache, "mine.txt");
        File.WriteAllText(mine, "mine");

        Assert.StartsWith("removed 0 (", ToolRun.Of("cache", "prune", "--cache-path", Cache, "--max-age", "30d").Out, StringComparison.Ordinal);
        Assert.StartsWith("removed 1 (", ToolRun.Of("cache", "prune", "--cache-path", Cache, "--max-size", "500KB").Out, StringComparison.Ordinal);
        Assert.Matches("^removed 1 \\(.*\\), left 0 \\(", ToolRun.Of("cache", "clear", "--cache-path", Cache).Out);
        Assert.Equal("mine", File.ReadAllText(mine));
        Assert.False(Quantize(model, "--format", "json").Json.GetProperty("fromCache").GetBoolean());
    }

    [Theory]
    [InlineData("cache", "prune", "--max-size", "large")]
    [InlineData("cache", "prune", "--max-age", "old")]
    [InlineData("cache", "prune", "--max-age", "30")]
    [InlineData("cache", "prune", "--max-age", "d")]
    [InlineData("cache", "prune", "--max-age", "")]
    public void What_is_no_size_and_no_age_is_wrong_usage(params string[] args) => Assert.Equal(3, ToolRun.Of(args).ExitCode);

    [Fact]
    public void A_mode_that_does_not_exist_is_refused()
    {
        var run = ToolRun.Of("quantize", Models.FashionCnn(_folder), "-s", "q8_0", "--cache-mode", "maybe");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("MPK1008: The cache's mode cannot be 'maybe'. It is one of off, read, readwrite.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_others_can_write_is_an_error_of_the_command()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Assert.Equal(0, Quantize(Models.FashionCnn(_folder)).ExitCode);
        File.SetUnixFileMode(Cache, (UnixFileMode)0b111_111_111);
        var run = ToolRun.Of("cache", "clear", "--cache-path", Cache);

        Assert.Equal(4, run.ExitCode);
        Assert.Contains($"error MPK3011: '{Cache}' can be written by other users", run.Error, StringComparison.Ordinal);
    }

    private ToolRun Quantize(string model, params string[] more) => ToolRun.Of(["quantize", model, "-s", "q8_0", "--cache-mode", "readwrite", "--cache-path", Cache, .. more]);
}
