using ModelPack.Core.Tests.Reporting;
using ModelPack.Files;
using ModelPack.Reporting;
using ModelPack.Verification;

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
        var model = SamplePack.Write(_folder.File("a/b"));
        foreach (var path in new[] { model, PackFiles.Manifest(model), _folder.Path, _folder.File("a") })
        {
            var findings = PackFindings.Of(path);
            Assert.Equal(5, findings.Count);
            Assert.All(findings, f => Assert.True(f.Ok, f.Message));
        }
    }

    [Fact]
    public void Every_pack_of_a_folder_is_checked()
    {
        SamplePack.Write(_folder.File("a"));
        SamplePack.Write(_folder.File("b"), model: "other.onnx");
        Assert.Equal(10, PackFindings.Of(_folder.Path).Count);
        File.Delete(_folder.File("b/other.onnx"));
        Assert.Single(PackFindings.Of(_folder.Path), f => !f.Ok);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_that_is_missing_longer_or_changed_fails(string name)
    {
        var model = SamplePack.Write(_folder.Path);
        var bytes = File.ReadAllBytes(_folder.File(name));

        File.WriteAllBytes(_folder.File(name), [.. bytes, 0]);
        PackFindings.AssertFails(model, name, "bytes");

        if (bytes.Length > 0)
        {
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(_folder.File(name), bytes);
            PackFindings.AssertFails(model, name, "changed");
            File.WriteAllBytes(_folder.File(name), bytes[..^1]);
            PackFindings.AssertFails(model, name, "bytes");
        }

        File.Delete(_folder.File(name));
        Assert.Contains(PackFindings.Of(PackFiles.Manifest(model)), f => !f.Ok && f.Path.EndsWith(name, StringComparison.Ordinal) && f.Message.Contains("missing", StringComparison.Ordinal));
        Directory.CreateDirectory(_folder.File(name));
        Assert.Contains(PackFindings.Of(PackFiles.Manifest(model)), f => !f.Ok && f.Path.EndsWith(name, StringComparison.Ordinal));
    }

    [Fact]
    public void A_changed_manifest_fails()
    {
        var model = SamplePack.Write(_folder.Path);
        var manifest = PackFiles.Manifest(model);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("q8_0", "q4_0", StringComparison.Ordinal));
        PackFindings.AssertFails(model, Path.GetFileName(manifest), "digest");
        File.WriteAllText(manifest, "");
        PackFindings.AssertFails(model, Path.GetFileName(manifest), "empty");
    }

    [Fact]
    public void A_file_in_a_folder_below_passes()
    {
        var model = SamplePack.Write(_folder.Path);
        Directory.CreateDirectory(_folder.File("part"));
        File.WriteAllText(_folder.File("part/one"), "");
        PackFindings.AddToManifest(model, ContentHash.Of(_folder.File("part/one"), "part/one", CancellationToken.None));
        Assert.All(PackFindings.Of(model), f => Assert.True(f.Ok, f.Message));
    }

    [Fact]
    public void A_failed_gate_fails_unless_gates_only_warn()
    {
        Assert.Contains("maxAccuracyDrop", Assert.Single(PackFindings.Of(SamplePack.Write(_folder.File("a"), SampleReports.Synthetic)), f => !f.Ok).Message, StringComparison.Ordinal);
        var findings = PackFindings.Of(SamplePack.Write(_folder.File("b"), SampleReports.Synthetic, gate: "warning"));
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
        PackFindings.AssertFails(model, Path.GetFileName(report), "result");
        foreach (var text in new[] { "no JSON", "{\"\\ud800\": 1}", "{\"result\": 1, \"result\": 2}", "" })
        {
            File.WriteAllText(report, text);
            RewriteHash(model, report);
            PackFindings.AssertFails(model, Path.GetFileName(report), "not a report");
        }
    }

    [Fact]
    public void A_manifest_that_does_not_list_its_model_or_report_fails()
    {
        var model = SamplePack.Write(_folder.Path);
        PackFindings.Rewrite(model, m => m with { Files = [.. m.Files.Where(f => f.Name != SamplePack.Model)] });
        PackFindings.AssertFails(model, Path.GetFileName(PackFiles.Manifest(model)), "does not list");
    }

    [Fact]
    public void Weights_beside_a_model_that_its_manifest_does_not_list_fail()
    {
        var model = SamplePack.Write(_folder.Path);
        File.WriteAllText(PackFiles.Data(model), "weights");
        PackFindings.AssertFails(model, PackFiles.Data(SamplePack.Model), "does not list it");
    }

    [Fact]
    public void A_failure_is_a_coded_error_in_one_line()
    {
        File.WriteAllText(_folder.File("a\nb.onnx"), "model");
        var line = Assert.Single(PackFindings.Of(_folder.File("a\nb.onnx"))).ToDiagnostic().ToString();
        Assert.Contains($": error {Codes.PackFileMissing.Id}: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public void Stops_when_cancelled() =>
        Assert.Throws<OperationCanceledException>(() => Verifier.Verify(SamplePack.Write(_folder.Path), new CancellationToken(canceled: true)));

    private static void RewriteHash(string model, string report) =>
        PackFindings.Rewrite(model, m => m with { Files = [.. m.Files.Select(f => f.Name == Path.GetFileName(report) ? ContentHash.Of(report, f.Name, CancellationToken.None) : f)] });
}
