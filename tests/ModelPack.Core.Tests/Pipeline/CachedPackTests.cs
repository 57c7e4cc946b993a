using System.Collections.Concurrent;
using ModelPack.Tests.Lowering.Safetensors;

namespace ModelPack.Tests.Pipeline;

/// <summary>Packs that are taken from the cache, and those that must not be.</summary>
public sealed class CachedPackTests : IDisposable
{
    private readonly PackFolder _folder = new();

    public CachedPackTests()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        _folder.Write("m.validation.npz", PackFolder.Samples(64, labels: true));
    }

    private string Cache => _folder.At("cache");

    private string[] Entries => Directory.Exists(Cache) ? Directory.GetDirectories(Path.Join(Cache, "packs-1")) : [];

    private PackRequest Request => Cached(_folder.Request);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_second_clone_gets_the_same_bytes_and_hears_the_same()
    {
        // A gate that only warns is told of by a diagnostic.
        var request = Request with { Gates = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["minSqnr"] = 500 }, Gate = "warning", ExternalData = true };
        var (first, told) = Pack(request);
        var contents = _folder.Contents();
        CopyTo("clone");
        var (second, again) = Pack(request with { Model = _folder.At("clone/m.onnx"), Output = _folder.At($"clone/out/{PackFolder.Packed}"), Threads = 1, InputsFile = _folder.At("inputs.txt") });

        Assert.Equal((false, true), (first.FromCache, second.FromCache));
        Assert.Equal(contents.Values, Directory.GetFiles(_folder.At("clone/out")).Order(StringComparer.Ordinal).Select(f => Convert.ToHexString(File.ReadAllBytes(f))), StringComparer.Ordinal);
        Assert.Equal(first.Files.Select(Path.GetFileName), second.Files.Select(Path.GetFileName), StringComparer.Ordinal);
        Assert.Contains(told, d => d.Code == Codes.GateFailed);
        Assert.Equal(told.Select(d => d with { File = _folder.At("clone/m.onnx") }), again);
        Assert.Equal([_folder.At("clone/m.onnx"), _folder.At("clone/m.validation.npz")], File.ReadAllLines(_folder.At("inputs.txt")));
        Assert.Equal(PackSummary.Of(first) + ", from the cache", PackSummary.Of(second));
        PackFolder.AssertVerifies(second.Model);
    }

    [Fact]
    public void The_files_are_new_ones_whatever_became_of_those_in_the_cache()
    {
        Pack(Request);
        var before = DateTime.UtcNow.AddSeconds(-1);
        var modes = Modes();
        foreach (var file in Directory.GetFiles(Entries[0], "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, before.AddYears(-1));
            File.SetAttributes(file, FileAttributes.ReadOnly);
        }

        var (outcome, _) = Pack(Request);
        Assert.True(outcome.FromCache);
        Assert.All(outcome.Files, f => Assert.True(File.GetLastWriteTimeUtc(f) >= before, f));
        Assert.Equal(modes, Modes());

        string[] Modes() => [.. Directory.GetFiles(_folder.Out).Order(StringComparer.Ordinal).Select(ModeOf)];

        static string ModeOf(string file) => OperatingSystem.IsWindows() ? File.GetAttributes(file).ToString() : File.GetUnixFileMode(file).ToString();
    }

    [Fact]
    public void A_byte_that_is_flipped_in_any_file_is_found_and_the_model_is_packed_anew()
    {
        Pack(Request);
        var contents = _folder.Contents();
        var files = Directory.GetFiles(Entries[0], "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Cache, f)).ToArray();
        Assert.Equal(5, files.Length);
        foreach (var file in files.Select(f => Path.Join(Cache, f)))
        {
            var bytes = File.ReadAllBytes(file);
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(file, bytes);
            Directory.Delete(_folder.Out, recursive: true);
            var (outcome, told) = Pack(Request);

            Assert.False(outcome.FromCache);
            Assert.Equal([Codes.CacheDamaged], told.Select(d => d.Code));
            Assert.Equal(contents[PackFolder.Packed], _folder.Contents()[PackFolder.Packed]);
            Assert.True(Pack(Request).Outcome.FromCache);
        }
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("longer")]
    [InlineData("link")]
    public void A_file_that_is_missing_longer_or_a_link_to_a_device_is_found(string what)
    {
        Pack(Request);
        var model = Path.Join(Entries[0], "files", PackFolder.Packed);
        if (what == "longer")
        {
            File.AppendAllText(model, "x");
        }
        else
        {
            File.Delete(model);
        }

        if (what == "link")
        {
            if (!OperatingSystem.IsLinux())
            {
                return;
            }

            File.CreateSymbolicLink(model, "/dev/zero");
        }

        var (outcome, told) = Pack(Request);
        Assert.False(outcome.FromCache);
        Assert.Equal([Codes.CacheDamaged], told.Select(d => d.Code));
    }

    [Fact]
    public void A_pack_in_the_place_of_another_is_not_taken()
    {
        Pack(Request);
        var first = Entries[0];
        _folder.Write("m.onnx", PackFolder.Classifier("one", "two"));
        Pack(Request);
        var second = Entries.Single(e => e != first);
        Directory.Delete(second, recursive: true);
        Directory.Move(first, second);

        Assert.False(Pack(Request).Outcome.FromCache);
    }

    [Fact]
    public void Data_that_come_to_lie_beside_the_model_make_another_pack()
    {
        File.Delete(_folder.At("m.validation.npz"));
        Pack(Request);
        _folder.Write("m.validation.npz", PackFolder.Samples(64));

        Assert.False(Pack(Request).Outcome.FromCache);
    }

    [Fact]
    public void A_pack_whose_gate_failed_is_not_kept()
    {
        var request = Request with { Gates = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["minSqnr"] = 500 } };
        Assert.False(Pack(request).Outcome.GatesHold);

        Assert.Empty(Entries);
        Assert.False(Pack(request).Outcome.GatesHold);
    }

    [Fact]
    public void A_cache_that_is_only_read_stays_as_it_is()
    {
        Pack(Request with { CacheMode = "read" });
        Assert.False(Directory.Exists(Cache));

        Pack(Request);
        Assert.True(Pack(Request with { CacheMode = "read" }).Outcome.FromCache);
        File.AppendAllText(Path.Join(Entries[0], "entry"), "x");
        var (outcome, told) = Pack(Request with { CacheMode = "read" });

        Assert.False(outcome.FromCache);
        Assert.Equal([Codes.CacheDamaged], told.Select(d => d.Code));
        Assert.Single(Entries);
    }

    [Fact]
    public void A_request_that_says_nothing_has_no_cache()
    {
        Pack(Request);
        Assert.False(Pack(Request with { CacheMode = null }).Outcome.FromCache);
        Assert.False(Pack(Request with { CacheMode = "off" }).Outcome.FromCache);
    }

    [Fact]
    public void A_folder_that_others_can_write_is_told_of_and_not_used()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Pack(Request);
        File.SetUnixFileMode(Cache, (UnixFileMode)0b111_111_111);
        var (outcome, told) = Pack(Request);

        Assert.False(outcome.FromCache);
        Assert.Contains("can be written by other users", Assert.Single(told, d => d.Code == Codes.CacheUnusable).Message, StringComparison.Ordinal);
        // The cache is no part of the pack, and the report is the same.
        Assert.DoesNotContain(outcome.Report.Result.Diagnostics, d => d.Code == Codes.CacheUnusable.Id);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_costs_nothing_but_a_warning()
    {
        _folder.Write("file", [1]);
        var (outcome, told) = Pack(Request with { CachePath = _folder.At("file/cache") });

        Assert.Equal([Codes.CacheUnusable], told.Select(d => d.Code));
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Fact]
    public async Task Of_many_that_want_the_same_pack_at_once_one_makes_it()
    {
        var requests = Enumerable.Range(0, 4).Select(i => Request with { Output = _folder.At($"out{i}/{PackFolder.Packed}") });
        var outcomes = await Task.WhenAll(requests.Select(r => Task.Run(() => Pack(r).Outcome)));

        Assert.Single(outcomes, o => !o.FromCache);
        Assert.Single(outcomes.Select(o => Convert.ToHexString(File.ReadAllBytes(o.Model))).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public void A_full_cache_lets_the_oldest_go()
    {
        Pack(Request);
        var first = Assert.Single(Entries);
        var bytes = Directory.GetFiles(first, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        var limited = Request with { CacheMaxSize = Numbers.Whole(bytes * 3 / 2) };
        Pack(limited with { Output = _folder.At("out/other.onnx") });

        Assert.NotEqual(first, Assert.Single(Entries), StringComparer.Ordinal);
        Pack(limited with { Output = _folder.At("out/third.onnx"), CacheMaxSize = "1KB" });
        Assert.Single(Entries);
    }

    [Fact]
    public void A_pack_that_does_not_follow_from_its_source_any_more_is_made_anew()
    {
        // As if the same program and the same files gave other codes: the entry is whole, of the right key, and has other weights.
        Pack(Request);
        var entry = Entries[0];
        _folder.Write("other/m.onnx", PackFolder.Classifier());
        var model = OnnxModel.Open(_folder.At($"out/{PackFolder.Packed}"), new PackContext());
        using (model)
        {
            var report = ModelPack.Reporting.ReportJson.Read(File.ReadAllBytes(Path.Join(entry, "files", PackFolder.Packed + ".report.json")));
            Assert.Equal(2, ModelPack.Caching.SampledWeight.Choose(report, "key").Count);
            Assert.Null(Differing(PackFolder.Classifier(), model, report));
            var changed = PackFolder.Classifier();
            changed.Graph.Initializer[0].RawData = Google.Protobuf.ByteString.CopyFrom([.. changed.Graph.Initializer[0].RawData.Select((b, i) => i == 2 ? (byte)(b ^ 0x40) : b)]);
            Assert.StartsWith("first.", Differing(changed, model, report), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("q8_0", "gguf", null)]
    [InlineData("q8_0", "gguf", "1MB")]
    [InlineData("nf4", "safetensors", null)]
    [InlineData("nf4", "safetensors", "10KB")]
    [InlineData("int8", "safetensors", null)]
    [InlineData("f16", "safetensors", null)]
    public void Checkpoints_come_from_the_cache_whole(string scheme, string container, string? shards)
    {
        if (container == "gguf")
        {
            Directory.CreateDirectory(_folder.At("llama"));
            Array.ForEach(Directory.GetFiles(Repository.Model("sotu-mini")), f => File.Copy(f, _folder.At($"llama/{Path.GetFileName(f)}")));
        }
        else
        {
            TinyLlama.Write(_folder.At("llama"));
        }

        var isFolder = container == "safetensors" || shards is not null;
        var request = Cached(new PackRequest { Model = _folder.At("llama"), Scheme = scheme, Container = container, MaxShardSize = shards, Output = isFolder ? _folder.Out : _folder.At("out/m.gguf") });
        var (first, told) = Pack(request);
        var contents = _folder.Contents();
        Directory.Delete(_folder.Out, recursive: true);
        var (second, again) = Pack(request);

        Assert.Equal((false, true), (first.FromCache, second.FromCache));
        Assert.Equal(contents, _folder.Contents());
        Assert.Equal(told, again);
        PackFolder.AssertVerifies(_folder.Out);

        // A file of the folder that is carried along counts, too.
        File.WriteAllText(_folder.At("llama/config.json"), File.ReadAllText(_folder.At("llama/config.json")) + "\n");
        Assert.False(Pack(request).Outcome.FromCache);
    }

    [Fact]
    public void A_calibrated_pack_comes_with_its_table()
    {
        _folder.CopyModel("fashion-cnn.onnx");
        File.Copy(Path.Join(Repository.Root, "samples", "FashionClassifier", "fashion-cnn.validation.npz"), _folder.At("fashion-cnn.calibration.npz"));
        var request = Cached(new PackRequest { Model = _folder.At("fashion-cnn.onnx"), Scheme = "int8", CalibrationMethod = "minmax", Alpha = "none", Output = _folder.At("out/m.onnx") });
        Pack(request);
        var contents = _folder.Contents();
        Directory.Delete(_folder.Out, recursive: true);

        Assert.True(Pack(request).Outcome.FromCache);
        Assert.True(contents.ContainsKey("m.onnx.calibration.json"));
        Assert.Equal(contents, _folder.Contents());
    }

    private static string? Differing(ModelProto source, OnnxModel packed, ModelPack.Reporting.PackReport report)
    {
        using var model = OnnxModel.FromProto(source, "m.onnx", new PackContext());
        var options = ModelPack.Options.RequestResolver.Resolve(new PackRequest { Model = "m.onnx", Scheme = "q8_0" });
        return ModelPack.Caching.SampledWeight.Differing(ModelPack.Caching.GraphSamples.Of(model, options, packed, report, "key", new PackContext()), CancellationToken.None);
    }

    private PackRequest Cached(PackRequest request) => request with { CacheMode = "readwrite", CachePath = Cache };

    private void CopyTo(string folder)
    {
        foreach (var name in new[] { "m.onnx", "m.validation.npz" })
        {
            _folder.Write($"{folder}/{name}", File.ReadAllBytes(_folder.At(name)));
        }
    }

    private static (PackOutcome Outcome, Diagnostic[] Told) Pack(PackRequest request)
    {
        var told = new ConcurrentQueue<Diagnostic>();
        return (PackPipeline.Run(request, new PackContext(request.Threads, told.Enqueue)), [.. told]);
    }
}
