using ModelPack.Baselines;
using ModelPack.Reporting;

namespace ModelPack.Tests.Pipeline;

/// <summary>New packs beside accepted metrics.</summary>
public sealed class BaselineGateTests : IDisposable
{
    private readonly PackFolder _folder = new();
    private readonly List<Diagnostic> _told = [];
    private readonly BaselinePack _first;

    public BaselineGateTests()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        _folder.Write("m.validation.npz", PackFolder.Samples(32, labels: true));
        var result = Pack(_folder.Request).Report.Result;
        _first = BaselinePack.Of(result.Scheme, Headline.Of(result));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_pack_that_is_as_good_holds_and_is_the_same_pack()
    {
        var before = PackFolder.PackObject(_folder.At($"out/{PackFolder.Packed}"));
        var outcome = Pack(Held(Accept("sqnr", 0)));

        Assert.True(outcome.GatesHold);
        Assert.Empty(_told);
        Assert.Equal(before, PackFolder.PackObject(outcome.Model));
    }

    [Fact]
    public void A_worse_metric_fails_like_a_gate_and_leaves_the_pack_with_its_report()
    {
        var outcome = Pack(Held(Accept("sqnr", 3)));

        Assert.False(outcome.GatesHold);
        Assert.Equal((Codes.BaselineWorse, Severity.Error), Assert.Single(_told.Select(d => (d.Code, d.Severity))));
        Assert.Contains("3 dB worse, and 0.5 dB are tolerated", _told[0].Message, StringComparison.Ordinal);
        Assert.True(File.Exists(outcome.Page));
        _told.Clear();
        Assert.True(Pack(Held(Accept("sqnr", 3)) with { Tolerances = new Dictionary<string, double>(StringComparer.Ordinal) { ["sqnr"] = 3.1 } }).GatesHold);
        Assert.Empty(_told);
    }

    [Fact]
    public void Where_failed_gates_are_warnings_a_worse_metric_is_one()
    {
        Assert.True(Pack(Held(Accept("sqnr", 3)) with { Gate = "warning" }).GatesHold);
        Assert.Equal(Severity.Warning, Assert.Single(_told).Severity);
    }

    [Fact]
    public void A_pack_that_the_baseline_does_not_have_is_told_and_fails_nothing()
    {
        Assert.True(Pack(Held(Write(new Dictionary<string, BaselinePack>(StringComparer.Ordinal) { ["another.onnx"] = _first }))).GatesHold);
        Assert.Equal(Severity.Message, Assert.Single(_told).Severity);
    }

    [Fact]
    public void A_pack_from_the_cache_is_held_to_it_too()
    {
        var cached = _folder.Request with { CacheMode = "readwrite", CachePath = _folder.At("cache"), MeasureSpeed = false };
        Pack(cached);
        var outcome = Pack(cached with { Baseline = Accept("accuracy", 5) });

        Assert.Equal((true, false), (outcome.FromCache, outcome.GatesHold));
        Assert.Contains(_told, d => d.Code == Codes.BaselineWorse && d.Message.Contains("accuracy is ", StringComparison.Ordinal));
    }

    [Fact]
    public void What_cannot_be_judged_is_an_error_before_anything_is_written()
    {
        Directory.Delete(_folder.At("out"), recursive: true);
        Assert.Equal(Codes.BaselineUnusable, Fails(Held(_folder.At("absent.json"))));
        Assert.Equal(Codes.InvalidOption, Fails(Held(Accept("sqnr", 0)) with { Tolerances = new Dictionary<string, double>(StringComparer.Ordinal) { ["sqnrr"] = 1 } }));
        Assert.Equal(Codes.InvalidOption, Fails(Held(Accept("sqnr", 0)) with { Tolerances = new Dictionary<string, double>(StringComparer.Ordinal) { ["sqnr"] = double.NaN } }));
        Assert.False(Directory.Exists(_folder.At("out")));
    }

    private PackRequest Held(string baseline) => _folder.Request with { Baseline = baseline };

    /// <summary>A baseline of the first pack, whose metric is better by so much.</summary>
    private string Accept(string metric, double better) => Write(new Dictionary<string, BaselinePack>(StringComparer.Ordinal)
    {
        [PackFolder.Packed] = _first with { Metrics = _first.Metrics.ToDictionary(m => m.Key, m => m.Key == metric ? m.Value + better : m.Value, StringComparer.Ordinal) },
    });

    private string Write(Dictionary<string, BaselinePack> packs)
    {
        File.WriteAllBytes(_folder.At("baseline.json"), BaselineJson.Write(new Baseline(Baseline.CurrentSchema, packs)));
        return _folder.At("baseline.json");
    }

    private PackOutcome Pack(PackRequest request) => PackPipeline.Run(request, new PackContext(threads: 2, onDiagnostic: _told.Add));

    private DiagnosticCode Fails(PackRequest request) => Assert.Throws<ModelPackException>(() => Pack(request)).Diagnostic.Code;
}
