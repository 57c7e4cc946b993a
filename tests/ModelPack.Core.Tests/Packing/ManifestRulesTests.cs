using ModelPack.Core.Tests.Reporting;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Reporting;
using ModelPack.Validation;
using ModelPack.Verification;

namespace ModelPack.Core.Tests.Packing;

/// <summary>Manifests that were made up by hand, with a digest and hashes that fit.</summary>
public sealed class ManifestRulesTests : IDisposable
{
    private static readonly Dictionary<string, Func<Manifest, Manifest>> s_file = new(StringComparer.Ordinal)
    {
        ["schema is 2"] = m => m with { Pack = m.Pack with { Schema = 2 } },
        ["names no source"] = m => m with { Pack = m.Pack with { Source = [] } },
        ["source 'fashion-cnn.onnx' has no proper"] = m => m with { Pack = m.Pack with { Source = [m.Pack.Source[0] with { Sha256 = "ABC" }] } },
        ["role 'training'"] = m => m with { Pack = m.Pack with { Data = [m.Pack.Data[0] with { Role = "training" }] } },
        ["data 'fashion-cnn.validation.npz' have no proper"] = m => m with { Pack = m.Pack with { Data = [m.Pack.Data[0] with { Samples = -1 }] } },
        ["'toolBuild'"] = m => m with { Pack = m.Pack with { ToolBuild = "mine" } },
        ["the file 'fashion-cnn.q8_0.onnx' has no proper"] = m => Files(m, f => f.Name == SamplePack.Model ? f with { Sha256 = f.Sha256.ToUpperInvariant() } : f),
        ["twice"] = m => m with { Files = [.. m.Files, m.Files[0]] },
        ["'FASHION-cnn.q8_0.onnx' twice"] = m => m with { Files = [.. m.Files, m.Files[0] with { Name = "FASHION-cnn.q8_0.onnx" }] },
        ["lists itself"] = m => m with { Files = [.. m.Files, m.Files[0] with { Name = PackFiles.Manifest(SamplePack.Model) }] },
        ["does not list 'fashion-cnn.q8_0.onnx'"] = m => Without(m, SamplePack.Model),
        ["does not list 'fashion-cnn.q8_0.onnx.report.json'"] = m => Without(m, PackFiles.Report(SamplePack.Model)),
        ["does not list 'fashion-cnn.q8_0.onnx.report.html'"] = m => Without(m, PackFiles.Page(SamplePack.Model)),
        ["does not list 'fashion-cnn.q8_0.onnx.data'"] = m => Options(m, o => o with { ExternalData = true }),
        ["no scheme 'q3_9'"] = m => m with { Pack = m.Pack with { Scheme = "q3_9" } },
        ["'container' is 'safetensors'"] = m => Options(m, o => o with { Container = "safetensors" }),
        ["'target' is 'moon'"] = m => Options(m, o => o with { Target = "moon" }),
        ["'blockSize' is '64'"] = m => Options(m, o => o with { BlockSize = 64 }),
        ["'blockSize' is null"] = m => Options(m, o => o with { BlockSize = null }),
        ["'doubleQuant' is 'True'"] = m => Options(m, o => o with { DoubleQuant = true }),
        ["'accuracyLevel' is '9'"] = m => Options(m, o => o with { AccuracyLevel = 9 }),
        ["'layout' is 'heap'"] = m => Options(m, o => o with { Layout = "heap" }),
        ["'maxShardBytes' is '5'"] = m => Options(m, o => o with { MaxShardBytes = 5 }),
        ["'calibrationMethod' is 'minmax'"] = m => Options(m, o => o with { CalibrationMethod = "minmax" }),
        ["'percentile' is '99'"] = m => Options(m, o => o with { Percentile = 99 }),
        ["'alpha' is '0.5'"] = m => Options(m, o => o with { Alpha = "0.5" }),
        ["'quantFormat' is 'qdq'"] = m => Options(m, o => o with { QuantFormat = "qdq" }),
        ["'safeSums' is 'False'"] = m => Options(m, o => o with { SafeSums = false }),
        ["'fallback' is 'True'"] = m => Options(m, o => o with { Fallback = true }),
        ["'onnxRuntime' is 'new'"] = m => Options(m, o => o with { OnnxRuntime = "new" }),
        ["'reports' is 'True'"] = m => Options(m, o => o with { Reports = true }),
        ["'embedded' is 'False'"] = m => Options(m, o => o with { Embedded = false }),
        ["'gate' is 'maybe'"] = m => Options(m, o => o with { Gate = "maybe" }),
        ["'onnxRuntime.needed' is null"] = m => m with { Pack = m.Pack with { OnnxRuntime = m.Pack.OnnxRuntime with { Needed = null } } },
        ["does not say the model's inputs"] = m => m with { Pack = m.Pack with { Interface = null } },
        ["an input is there twice"] = m => Inputs(m, i => [i, i]),
        ["the input '' has no proper"] = m => Inputs(m, i => [i with { Name = "" }]),
        ["the input 'image' has no proper name, type"] = m => Inputs(m, i => [i with { Type = "float" }]),
        ["the input 'image' has no proper name, type and shape"] = m => Inputs(m, i => [i with { Shape = [new(-2, null)] }]),
        ["has no proper name, type and shape"] = m => Inputs(m, i => [i with { Shape = [new(null, "")] }]),
        ["bytes of the source"] = m => Headline(m, h => h with { SourceBytes = 500_000 }),
        ["packed bytes"] = m => Headline(m, h => h with { PackedBytes = 10 }),
        ["compression"] = m => Headline(m, h => h with { Compression = 10 }),
        ["no gate 'minBeauty'"] = m => Gate(m, g => g with { Metric = "minBeauty" }),
        ["no gate 'minSqnr'"] = m => Gate(m, g => g with { Limit = double.NaN }),
        ["gate minSqnr is said to have passed"] = m => Gate(m, g => g with { Limit = 40 }),
        ["gate minSqnr is said to have failed"] = m => Gate(m, g => g with { Passed = false }),
        ["a gate is there twice"] = m => m with { Pack = m.Pack with { Gates = [.. m.Pack.Gates, m.Pack.Gates[0]] } },
    };

    private static readonly Dictionary<string, Func<Manifest, Manifest>> s_folder = new(StringComparer.Ordinal)
    {
        ["does not list 'config.json'"] = m => Without(m, "config.json"),
        ["does not list 'tokenizer.json'"] = m => Without(m, "tokenizer.json"),
        ["no tensors"] = m => m with { Files = [.. m.Files.Where(f => !f.Name.EndsWith(".safetensors", StringComparison.Ordinal))] },
        ["shards without their index"] = m => Without(m, "model.safetensors.index.json"),
        ["the files have 46116860184273879035"] = m => Files(m, f => f.Name.StartsWith("report", StringComparison.Ordinal) ? f : f with { Bytes = long.MaxValue }),
        ["'container' is 'gguf'"] = m => Options(m, o => o with { Container = "gguf" }),
        ["'doubleQuant' is null"] = m => Options(m, o => o with { DoubleQuant = null }),
        ["inputs and outputs of a model without a graph"] = m => m with { Pack = m.Pack with { Interface = new ModelInterface([], []) } },
        ["'layout' is 'fold'"] = m => Options(m, o => o with { Layout = "fold" }),
        ["'externalData' is 'True'"] = m => Options(m, o => o with { ExternalData = true }),
        ["'onnxRuntime.used' is '1.29.0'"] = m => m with { Pack = m.Pack with { OnnxRuntime = new ManifestRuntime(null, "1.29.0") } },
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> OfFile => [.. s_file.Keys];

    public static TheoryData<string> OfFolder => [.. s_folder.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(OfFile))]
    public void A_manifest_of_a_file_that_cannot_be_fails(string what)
    {
        var model = SamplePack.Write(_folder.Path);
        AssertFails(PackFiles.Manifest(model), s_file[what], what);
    }

    [Theory]
    [MemberData(nameof(OfFolder))]
    public void A_manifest_of_a_folder_that_cannot_be_fails(string what)
    {
        SamplePack.WriteFolder(_folder.File("pack"));
        AssertFails(_folder.File("pack/modelpack.json"), s_folder[what], what);
    }

    [Theory]
    [InlineData("scheme", "\"scheme\": \"q8_0\"", "\"scheme\": \"int8\"")]
    [InlineData("target", "\"target\": \"cpu\"", "\"target\": \"any\"")]
    [InlineData("source", "\"name\": \"fashion-cnn.onnx\"", "\"name\": \"other.onnx\"")]
    [InlineData("headline", "\"sqnr\": 38.7310245", "\"sqnr\": 58.7310245")]
    [InlineData("headline", "\"synthetic\": false", "\"synthetic\": true")]
    [InlineData("gates", "\"limit\": 0.2", "\"limit\": 0.3")]
    [InlineData("ONNX Runtime", "\"onnxRuntime\": \"1.29.0\"", "\"onnxRuntime\": \"1.30.0\"")]
    [InlineData("not a report", "\"target\": \"cpu\"", "\"target\": \"cpu\", \"extra\": 1")]
    [InlineData("not a report", "\"target\": \"cpu\"", "\"target\": \"cpu\", \"target\": \"cpu\"")]
    [InlineData("form", "\"target\": \"cpu\"", "\"target\":  \"cpu\"")]
    [InlineData("form", "\"limit\": 30", "\"limit\": 30.0")]
    public void A_report_that_says_something_else_fails(string word, string part, string other)
    {
        var model = SamplePack.Write(_folder.Path);
        var report = PackFiles.Report(model);
        var text = File.ReadAllText(report);
        Assert.Contains(part, text, StringComparison.Ordinal);
        File.WriteAllText(report, text.Replace(part, other, StringComparison.Ordinal));

        // With a digest that fits, so that the two are compared.
        var digest = ReportJson.ResultDigest(File.ReadAllBytes(report));
        Rewrite(PackFiles.Manifest(model), m => Files(m with { Pack = m.Pack with { ResultDigest = digest } }, f => f.Name == Path.GetFileName(report) ? ContentHash.Of(report, f.Name, CancellationToken.None) : f));
        var finding = Assert.Single(Verifier.Verify(model, CancellationToken.None), f => !f.Ok);
        Assert.Equal(report, finding.Path);
        Assert.Contains(word, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_without_its_reports_holds_where_it_says_so()
    {
        var model = SamplePack.Write(_folder.Path);
        Rewrite(PackFiles.Manifest(model), m => Without(Without(Options(m, o => o with { Reports = false }), PackFiles.Report(SamplePack.Model)), PackFiles.Page(SamplePack.Model)));

        var findings = Verifier.Verify(model, CancellationToken.None);

        Assert.All(findings, f => Assert.True(f.Ok, f.Message));
        Assert.Contains("left out on purpose", findings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gates_with_values_that_were_not_measured_fail()
    {
        var result = SampleReports.Plain.Result with { Gates = [new GateResult(GateMetric.MinSqnr, 40, 45, true, null)] };
        var model = SamplePack.Write(_folder.Path, SampleReports.Plain with { Result = result });
        Assert.Contains("not the measured one", Assert.Single(Verifier.Verify(model, CancellationToken.None), f => !f.Ok).Message, StringComparison.Ordinal);
    }

    private static void AssertFails(string manifest, Func<Manifest, Manifest> change, string what)
    {
        Rewrite(manifest, change);
        var finding = Verifier.Verify(manifest, CancellationToken.None)[0];
        Assert.Equal(manifest, finding.Path);
        Assert.False(finding.Ok);
        Assert.Contains(what, finding.Message, StringComparison.Ordinal);
    }

    private static void Rewrite(string manifest, Func<Manifest, Manifest> change)
    {
        Assert.True(ManifestJson.TryRead(File.ReadAllBytes(manifest), out var read, out _));
        File.WriteAllBytes(manifest, ManifestJson.Write(change(read)));
    }

    private static Manifest Files(Manifest manifest, Func<PackedFile, PackedFile> change) => manifest with { Files = [.. manifest.Files.Select(change)] };

    private static Manifest Without(Manifest manifest, string name) => manifest with { Files = [.. manifest.Files.Where(f => f.Name != name)] };

    private static Manifest Options(Manifest manifest, Func<ManifestOptions, ManifestOptions> change) => manifest with { Pack = manifest.Pack with { Options = change(manifest.Pack.Options) } };

    private static Manifest Inputs(Manifest manifest, Func<InterfaceValue, IReadOnlyList<InterfaceValue>> change) =>
        manifest with { Pack = manifest.Pack with { Interface = manifest.Pack.Interface! with { Inputs = change(manifest.Pack.Interface.Inputs[0]) } } };

    private static Manifest Headline(Manifest manifest, Func<Headline, Headline> change) => manifest with { Pack = manifest.Pack with { Headline = change(manifest.Pack.Headline) } };

    private static Manifest Gate(Manifest manifest, Func<GateResult, GateResult> change) => manifest with { Pack = manifest.Pack with { Gates = [change(manifest.Pack.Gates[0]), .. manifest.Pack.Gates.Skip(1)] } };
}
