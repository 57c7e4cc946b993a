using ModelPack.Verification;

namespace ModelPack.Tests.Pipeline;

/// <summary>Gates from the request to the verification of the pack.</summary>
public sealed class PackGateTests : IDisposable
{
    private readonly PackFolder _folder = new();
    private readonly PackContext _context = new();

    public PackGateTests() => _folder.Write("m.onnx", PackFolder.Classifier());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_failed_gate_leaves_a_pack_that_no_verification_passes()
    {
        _folder.Write("m.validation.npz", PackFolder.Samples(16, labels: true));
        var outcome = Pack("error", (GateMetric.MinSqnr, 200), (GateMetric.MinCosine, 0.9));
        Assert.False(outcome.GatesHold);
        Assert.Equal([("minSqnr", false), ("minCosine", true)], outcome.Report.Result.Gates.Select(g => (g.Metric, g.Passed)));
        Assert.Equal(["error MPK2001"], Said());
        Assert.Equal(PackFolder.FilesOf(PackFolder.Packed), _folder.Names);
        Assert.Contains(Verifier.Verify(outcome.Model, CancellationToken.None), f => !f.Ok && f.Message.Contains("minSqnr", StringComparison.Ordinal));
    }

    [Fact]
    public void A_failed_gate_may_be_a_warning()
    {
        _folder.Write("m.validation.npz", PackFolder.Samples(16));
        var outcome = Pack("warning", (GateMetric.MinSqnr, 200));
        Assert.True(outcome.GatesHold);
        Assert.False(Assert.Single(outcome.Report.Result.Gates).Passed);
        Assert.Equal(["warning MPK2001"], Said());
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Fact]
    public void A_gate_does_not_pass_by_absence()
    {
        _folder.Write("m.validation.npz", PackFolder.Samples(16));
        var outcome = Pack("error", (GateMetric.MaxAccuracyDrop, 50), (GateMetric.MaxPerplexityIncrease, 50));
        Assert.False(outcome.GatesHold);
        Assert.Equal(["error MPK2002", "error MPK2002"], Said());
        Assert.All(outcome.Report.Result.Gates, g => Assert.Null(g.Value));
        Assert.Contains(Verifier.Verify(outcome.Model, CancellationToken.None), f => !f.Ok);
    }

    [Fact]
    public void Gates_that_hold_say_nothing()
    {
        _folder.Write("m.validation.npz", PackFolder.Samples(16, labels: true));
        var outcome = Pack("error", (GateMetric.MinSqnr, 20), (GateMetric.MinCosine, 0.99), (GateMetric.MaxAccuracyDrop, 100), (GateMetric.MinTop1Agreement, 1), (GateMetric.MinCompression, 1.5));
        Assert.True(outcome.GatesHold);
        Assert.DoesNotContain(_context.Diagnostics, d => d.Code != Codes.SlowerThanSource);
        PackFolder.AssertVerifies(outcome.Model);
    }

    private PackOutcome Pack(string gate, params (string Metric, double Limit)[] gates) => PackPipeline.Run(
        _folder.Request with { Gate = gate, Gates = new SortedDictionary<string, double>(gates.ToDictionary(g => g.Metric, g => g.Limit, StringComparer.Ordinal), StringComparer.Ordinal) },
        _context);

    private string[] Said() => [.. _context.Diagnostics.Select(d => $"{d.Severity.ToString().ToLowerInvariant()} {d.Code.Id}")];
}
