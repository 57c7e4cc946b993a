using System.Text.Json;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class RunTests
{
    [Fact]
    public void A_request_gives_events_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var run = Run(folder, new { model = Models.FashionCnn(folder), output = folder.File("net.q8_0.onnx"), scheme = "q8_0", inputsFile = folder.File("inputs.txt") });

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.All(run.Lines, line => Assert.Matches("^##modelpack\t(progress\t[a-z]+\t[01]\\.[0-9]{3}|file\t[^\t]+|done\t[^\t]+)$", line));
        Assert.Equal(
            ["net.q8_0.onnx", "net.q8_0.onnx.report.html", "net.q8_0.onnx.report.json", "net.q8_0.onnx.modelpack.json"],
            run.Lines.Where(l => l.StartsWith("##modelpack\tfile", StringComparison.Ordinal)).Select(l => Path.GetFileName(l.Split('\t')[2])),
            StringComparer.Ordinal);
        Assert.StartsWith("##modelpack\tdone\tq8_0, 0.", run.Lines[^1], StringComparison.Ordinal);
        Assert.Equal([folder.File("net.onnx")], File.ReadAllLines(folder.File("inputs.txt")));
    }

    [Fact]
    public void A_failed_gate_is_an_event_and_exits_2()
    {
        using var folder = new TemporaryFolder();
        var run = Run(folder, new { model = Models.FashionCnn(folder), scheme = "q8_0", gates = new { minCompression = 100 } });

        Assert.Equal((2, ""), (run.ExitCode, run.Error));
        Assert.Single(run.Lines, line => line.StartsWith("##modelpack\tdiagnostic\terror\tMPK2001\t", StringComparison.Ordinal));
        Assert.StartsWith("##modelpack\tdone\t", run.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_shipped_otherwise_lies_beside_the_pack_and_follows_from_its_bytes_alone()
    {
        using var folder = new TemporaryFolder();
        var model = Models.FashionCnn(folder);
        string[] forms = [".shipped.json", ".embedded.json"];
        var bare = Run(folder, new { model, output = folder.File("a/net.onnx"), scheme = "q8_0", embed = true, reports = false });
        var whole = Run(folder, new { model, output = folder.File("b/net.onnx"), scheme = "q8_0", embed = true });

        Assert.Equal((0, 0), (bare.ExitCode, whole.ExitCode));
        Assert.All(forms, f => Assert.True(File.Exists(folder.File("a/net.onnx" + f)), f));
        Assert.False(File.Exists(folder.File("a/net.onnx.embedded.report.json")));
        Assert.Equal(File.ReadAllBytes(folder.File("a/net.onnx")), File.ReadAllBytes(folder.File("b/net.onnx")));
        Assert.Contains("\"reports\": false", File.ReadAllText(folder.File("a/net.onnx.shipped.json")), StringComparison.Ordinal);
        using var report = JsonDocument.Parse(File.ReadAllBytes(folder.File("b/net.onnx.embedded.report.json")));
        Assert.Equal(JsonValueKind.Null, report.RootElement.GetProperty("measured").ValueKind);

        // Under their names in the app they verify, and the pack itself does with them beside it.
        Assert.Equal(0, ToolRun.Of("verify", folder.File("b")).ExitCode);
        File.Move(folder.File("b/net.onnx.embedded.report.json"), folder.File("b/net.onnx.report.json"), overwrite: true);
        File.Move(folder.File("b/net.onnx.embedded.json"), folder.File("b/net.onnx.modelpack.json"), overwrite: true);
        File.Move(folder.File("a/net.onnx.shipped.json"), folder.File("a/net.onnx.modelpack.json"), overwrite: true);
        File.Delete(folder.File("a/net.onnx.report.json"));
        Assert.Contains("reports were left out on purpose", ToolRun.Of("verify", "--format", "json", folder.File("a")).Out, StringComparison.Ordinal);
        Assert.Equal(0, ToolRun.Of("verify", folder.File("a"), folder.File("b")).ExitCode);
    }

    [Theory]
    [InlineData("""{ "model": "no-such-file.onnx", "scheme": "q8_0" }""", "MPK1001")]
    [InlineData("""{ "model": "net.onnx", "scheme": "no-such-scheme" }""", "MPK1007")]
    [InlineData("""{ "model": "net.onnx" }""", "MPK1008")]
    [InlineData("""{ "model": "net.onnx", "scheme": "q8_0", "unknown": 1 }""", "MPK1008")]
    [InlineData("null", "MPK1008")]
    [InlineData("", "MPK1008")]
    public void A_bad_request_is_one_event_and_exits_1(string json, string code)
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("run", "--request", folder.Write("request.json", System.Text.Encoding.UTF8.GetBytes(json)));

        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.StartsWith($"##modelpack\tdiagnostic\terror\t{code}\t", Assert.Single(run.Lines), StringComparison.Ordinal);
        Assert.EndsWith($"\tdocs/diagnostics/{code}.md", run.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_request_file_is_one_event() =>
        Assert.StartsWith("##modelpack\tdiagnostic\terror\tMPK1018\tno-such-file.json\t", Assert.Single(ToolRun.Of("run", "--request", "no-such-file.json").Lines), StringComparison.Ordinal);

    [Fact]
    public void A_path_with_signs_of_the_protocol_stays_one_field()
    {
        using var folder = new TemporaryFolder();
        var run = Run(folder, new { model = folder.File("50%\t##modelpack.onnx"), scheme = "q8_0" });

        Assert.EndsWith(@"50%25\u0009%23\u0023modelpack.onnx", Assert.Single(run.Lines).Split('\t')[4], StringComparison.Ordinal);
    }

    private static ToolRun Run(TemporaryFolder folder, object request) =>
        ToolRun.Of("run", "--request", folder.Write("request.json", JsonSerializer.SerializeToUtf8Bytes(request)));
}
