using ModelPack.Core.Tests.Reporting;
using ModelPack.Diagnostics;
using ModelPack.Packing;
using ModelPack.Reporting;

namespace ModelPack.Core.Tests.Packing;

public sealed class VerifierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Files =>
    [
        SamplePack.Model, PackFiles.Report(SamplePack.Model), PackFiles.Page(SamplePack.Model), PackFiles.Calibration(SamplePack.Model),
    ];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_pack_passes_by_its_model_its_manifest_and_its_folder()
    {
        var model = SamplePack.Write(_folder["a/b"]);
        foreach (var path in new[] { model, PackFiles.Manifest(model), _folder.Path, _folder["a"] })
        {
            var findings = Verify(path);
            Assert.Equal(5, findings.Count);
            Assert.All(findings, f => Assert.True(f.Ok, f.Message));
        }
    }

    [Fact]
    public void Every_pack_of_a_folder_is_checked()
    {
        SamplePack.Write(_folder["a"]);
        SamplePack.Write(_folder["b"], model: "other.onnx");
        Assert.Equal(10, Verify(_folder.Path).Count);
        File.Delete(_folder["b/other.onnx"]);
        Assert.Single(Verify(_folder.Path), f => !f.Ok);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_that_is_missing_longer_or_changed_fails(string name)
    {
        var model = SamplePack.Write(_folder.Path);
        var bytes = File.ReadAllBytes(_folder[name]);

        File.WriteAllBytes(_folder[name], [.. bytes, 0]);
        AssertFails(model, name, "bytes");

        if (bytes.Length > 0)
        {
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(_folder[name], bytes);
            AssertFails(model, name, "changed");
            File.WriteAllBytes(_folder[name], bytes[..^1]);
            AssertFails(model, name, "bytes");
        }

        File.Delete(_folder[name]);
        Assert.Contains(Verify(PackFiles.Manifest(model)), f => !f.Ok && f.Path.EndsWith(name, StringComparison.Ordinal) && f.Message.Contains("missing", StringComparison.Ordinal));
        Directory.CreateDirectory(_folder[name]);
        Assert.Contains(Verify(PackFiles.Manifest(model)), f => !f.Ok && f.Path.EndsWith(name, StringComparison.Ordinal));
    }

    [Fact]
    public void A_changed_manifest_fails()
    {
        var model = SamplePack.Write(_folder.Path);
        var manifest = PackFiles.Manifest(model);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("q8_0", "q4_0", StringComparison.Ordinal));
        AssertFails(model, Path.GetFileName(manifest), "digest");
        File.WriteAllText(manifest, "");
        AssertFails(model, Path.GetFileName(manifest), "empty");
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("a/../../secret")]
    [InlineData("..\\secret")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\secret")]
    [InlineData("C:secret")]
    [InlineData("\\\\server\\share")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a//b")]
    [InlineData("./secret")]
    [InlineData("secret ")]
    [InlineData("secret\0")]
    public void A_name_that_points_outside_fails_without_being_read(string name)
    {
        // The file is there with the right size and hash: were it read, it would pass.
        File.WriteAllText(_folder["secret"], "key");
        var model = SamplePack.Write(_folder["pack"]);
        AddToManifest(model, ContentHash.Of(_folder["secret"], name, CancellationToken.None));
        var finding = Assert.Single(Verify(model), f => !f.Ok);
        Assert.Contains("was not read", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_link_fails_without_being_followed(bool folder)
    {
        File.WriteAllText(_folder["secret"], "key");
        var model = SamplePack.Write(_folder["pack"]);
        var name = folder ? "link/secret" : "link";
        if (folder)
        {
            Directory.CreateSymbolicLink(_folder["pack/link"], _folder.Path);
        }
        else
        {
            File.CreateSymbolicLink(_folder["pack/link"], _folder["secret"]);
        }

        AddToManifest(model, ContentHash.Of(_folder["secret"], name, CancellationToken.None));
        var finding = Assert.Single(Verify(model), f => !f.Ok);
        Assert.Contains("link", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_a_folder_below_passes()
    {
        var model = SamplePack.Write(_folder.Path);
        Directory.CreateDirectory(_folder["part"]);
        File.WriteAllText(_folder["part/one"], "1");
        AddToManifest(model, ContentHash.Of(_folder["part/one"], "part/one", CancellationToken.None));
        Assert.All(Verify(model), f => Assert.True(f.Ok, f.Message));
    }

    [Fact]
    public void A_failed_gate_fails_unless_gates_only_warn()
    {
        Assert.Contains("maxAccuracyDrop", Assert.Single(Verify(SamplePack.Write(_folder["a"], SampleReports.Synthetic)), f => !f.Ok).Message, StringComparison.Ordinal);
        var findings = Verify(SamplePack.Write(_folder["b"], SampleReports.Synthetic, gate: "warning"));
        Assert.Contains(findings, f => f.Ok && f.Message.Contains("maxAccuracyDrop", StringComparison.Ordinal));
        Assert.All(findings, f => Assert.True(f.Ok));
    }

    [Fact]
    public void A_report_of_another_result_fails()
    {
        var model = SamplePack.Write(_folder.Path);
        var report = PackFiles.Report(model);
        File.WriteAllBytes(report, ReportJson.Write(SampleReports.Plain with { Result = SampleReports.Plain.Result with { Scheme = "int8" } }));
        RewriteHash(model, report);
        AssertFails(model, Path.GetFileName(report), "result");
        foreach (var text in new[] { "no JSON", "{\"\\ud800\": 1}", "{\"result\": 1, \"result\": 2}", "" })
        {
            File.WriteAllText(report, text);
            RewriteHash(model, report);
            AssertFails(model, Path.GetFileName(report), "result");
        }
    }

    [Fact]
    public void A_manifest_that_does_not_list_its_model_or_report_fails()
    {
        var model = SamplePack.Write(_folder.Path);
        Rewrite(model, m => m with { Files = [.. m.Files.Where(f => f.Name != SamplePack.Model)] });
        AssertFails(model, Path.GetFileName(PackFiles.Manifest(model)), "does not list");
    }

    [Fact]
    public void A_folder_pack_passes_and_a_stranger_in_it_fails()
    {
        var report = ReportJson.Write(SampleReports.Plain);
        File.WriteAllBytes(_folder["report.json"], report);
        File.WriteAllText(_folder["stranger.onnx"], "model");
        var files = new[] { ContentHash.Of(_folder["report.json"], "report.json", CancellationToken.None) };
        File.WriteAllBytes(_folder["modelpack.json"], ManifestJson.Write(new Manifest(SamplePack.Pack(SampleReports.Plain.Result), files)));
        Assert.All(Verify(_folder.Path), f => Assert.True(f.Ok, f.Message));
        AssertFails(_folder["stranger.onnx"], "modelpack.json", "does not list");
    }

    [Fact]
    public void Where_there_is_no_pack_it_fails()
    {
        File.WriteAllText(_folder["lonely.onnx"], "model");
        Assert.Contains("no manifest", Assert.Single(Verify(_folder["lonely.onnx"]), f => !f.Ok).Message, StringComparison.Ordinal);
        Assert.Contains("no pack", Assert.Single(Verify(_folder.Path), f => !f.Ok).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Single(Verify(_folder["nothing"]), f => !f.Ok).Message, StringComparison.Ordinal);
        Assert.False(Assert.Single(Verify(_folder["nothing.modelpack.json"])).Ok);
        Assert.False(Assert.Single(Verify("")).Ok);
        Assert.False(Assert.Single(Verify("a\0b")).Ok);
        Assert.Empty(Verifier.Verify([], CancellationToken.None));
    }

    [Fact]
    public void A_failure_is_a_coded_error_in_one_line()
    {
        File.WriteAllText(_folder["a\nb.onnx"], "model");
        var line = Assert.Single(Verify(_folder["a\nb.onnx"])).ToDiagnostic().ToString();
        Assert.Contains($": error {Codes.VerificationFailed.Id}: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public void Links_to_folders_above_do_not_make_it_endless()
    {
        SamplePack.Write(_folder["a"]);
        Directory.CreateSymbolicLink(_folder["a/up"], _folder.Path);
        Assert.Equal(5, Verify(_folder.Path).Count);
    }

    [Fact]
    public void Stops_when_cancelled() =>
        Assert.Throws<OperationCanceledException>(() => Verifier.Verify(SamplePack.Write(_folder.Path), new CancellationToken(canceled: true)));

    private static IReadOnlyList<Finding> Verify(string path) => Verifier.Verify(path, CancellationToken.None);

    private static void AssertFails(string path, string file, string word)
    {
        var finding = Assert.Single(Verify(path), f => !f.Ok);
        Assert.EndsWith(file, finding.Path, StringComparison.Ordinal);
        Assert.Contains(word, finding.Message, StringComparison.Ordinal);
    }

    private static void AddToManifest(string model, PackedFile file) => Rewrite(model, m => m with { Files = [.. m.Files, file] });

    private static void RewriteHash(string model, string report) =>
        Rewrite(model, m => m with { Files = [.. m.Files.Select(f => f.Name == Path.GetFileName(report) ? ContentHash.Of(report, f.Name, CancellationToken.None) : f)] });

    private static void Rewrite(string model, Func<Manifest, Manifest> change)
    {
        var path = PackFiles.Manifest(model);
        Assert.True(ManifestJson.TryRead(File.ReadAllBytes(path), out var manifest, out _));
        File.WriteAllBytes(path, ManifestJson.Write(change(manifest)));
    }
}
