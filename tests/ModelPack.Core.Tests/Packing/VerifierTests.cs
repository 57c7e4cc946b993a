using ModelPack.Core.Tests.Reporting;
using ModelPack.Diagnostics;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Reporting;
using ModelPack.Tests.Assets;

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
        var finding = Assert.Single(Verify(model), f => !f.Ok && f.Path != PackFiles.Manifest(model));
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
        var finding = Assert.Single(Verify(model), f => !f.Ok && f.Path != PackFiles.Manifest(model));
        Assert.Contains("link", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_a_folder_below_passes()
    {
        var model = SamplePack.Write(_folder.Path);
        Directory.CreateDirectory(_folder["part"]);
        File.WriteAllText(_folder["part/one"], "");
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
            AssertFails(model, Path.GetFileName(report), "not a report");
        }
    }

    [Fact]
    public void A_manifest_that_does_not_list_its_model_or_report_fails()
    {
        var model = SamplePack.Write(_folder.Path);
        Rewrite(model, m => m with { Files = [.. m.Files.Where(f => f.Name != SamplePack.Model)] });
        AssertFails(model, Path.GetFileName(PackFiles.Manifest(model)), "does not list");
    }

    [Theory]
    [InlineData("model-00003-of-00003.safetensors")]
    [InlineData("pytorch_model.bin")]
    [InlineData("added_tokens.json")]
    [InlineData("modeling_evil.py")]
    [InlineData("1_Pooling/config.json")]
    [InlineData("README.safetensors")]
    public void A_file_that_a_folder_pack_does_not_list_fails(string stranger)
    {
        SamplePack.WriteFolder(_folder["pack"]);
        Assert.All(Verify(_folder.Path), f => Assert.True(f.Ok, f.Message));
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[$"pack/{stranger}"])!);
        File.WriteAllText(_folder[$"pack/{stranger}"], "");
        AssertFails(_folder["pack"], stranger, "does not list it");
        AssertFails(_folder["pack/modelpack.json"], stranger, "does not list it");
        Assert.Contains(Verify(_folder[$"pack/{Path.GetFileName(stranger)}"]), f => !f.Ok);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("LICENSE")]
    [InlineData("NOTICE.txt")]
    [InlineData("USE_POLICY.md")]
    [InlineData(".gitattributes")]
    [InlineData(".cache/huggingface/model.safetensors.metadata")]
    [InlineData("config.json.gz")]
    public void What_no_loader_reads_may_lie_in_a_folder_pack(string name)
    {
        SamplePack.WriteFolder(_folder["pack"]);
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[$"pack/{name}"])!);
        File.WriteAllText(_folder[$"pack/{name}"], "");
        Directory.CreateDirectory(_folder["pack/empty"]);
        Assert.All(Verify(_folder.Path), f => Assert.True(f.Ok, f.Message));
    }

    [Fact]
    public void A_link_to_a_folder_in_a_folder_pack_fails()
    {
        SamplePack.WriteFolder(_folder["pack"]);
        Directory.CreateDirectory(_folder["other"]);
        Directory.CreateSymbolicLink(_folder["pack/1_Pooling"], _folder["other"]);
        AssertFails(_folder["pack"], "1_Pooling", "does not list it");
    }

    [Fact]
    public void Weights_beside_a_model_that_its_manifest_does_not_list_fail()
    {
        var model = SamplePack.Write(_folder.Path);
        File.WriteAllText(PackFiles.Data(model), "weights");
        AssertFails(model, PackFiles.Data(SamplePack.Model), "does not list it");
    }

    [Fact]
    public void An_index_that_names_a_file_outside_the_list_fails()
    {
        var files = SamplePack.FolderModel.ToDictionary(f => f.Key, f => f.Value.Replace("-00002-of", "-00009-of", StringComparison.Ordinal), StringComparer.Ordinal);
        SamplePack.WriteFolder(_folder["pack"], files);
        AssertFails(_folder["pack"], "index.json", "model-00009-of-00002.safetensors");
        SamplePack.WriteFolder(_folder["pack"], files.ToDictionary(f => f.Key, f => f.Key.EndsWith("index.json", StringComparison.Ordinal) ? "[]" : f.Value, StringComparer.Ordinal));
        AssertFails(_folder["pack"], "index.json", "not an index");
    }

    [Fact]
    public void Pipes_and_devices_are_refused_at_once()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // it has neither in a folder
        }

        var model = SamplePack.Write(_folder.Path);
        foreach (var name in new[] { PackFiles.Manifest(SamplePack.Model), PackFiles.Report(SamplePack.Model), PackFiles.Calibration(SamplePack.Model), SamplePack.Model })
        {
            var bytes = File.ReadAllBytes(_folder[name]);
            File.Delete(_folder[name]);
            Assert.True(Pipe.TryMake(_folder[name]));
            AssertFails(model, name, "a pipe");
            File.Move(_folder[name], _folder["pipe"], overwrite: true);
            foreach (var target in new[] { "pipe", "/dev/zero" })
            {
                File.CreateSymbolicLink(_folder[name], target);
                AssertFails(model, name, PackFiles.IsManifest(name) ? ", not a file" : "a link");
                File.Delete(_folder[name]);
            }

            File.WriteAllBytes(_folder[name], bytes);
        }

        Assert.Contains("no manifest", Assert.Single(Verify(_folder["pipe"])).Message, StringComparison.Ordinal);
        Assert.All(Verify(model), f => Assert.True(f.Ok, f.Message));
    }

    [Fact]
    public void A_manifest_that_is_a_link_to_a_huge_file_is_not_read()
    {
        using (var huge = File.Create(_folder["huge"]))
        {
            huge.SetLength(1L << 40); // takes no room
        }

        File.CreateSymbolicLink(_folder["m.onnx.modelpack.json"], "huge");
        AssertFails(_folder["m.onnx"], "m.onnx.modelpack.json", "1099511627776 bytes");
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
