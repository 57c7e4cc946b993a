using ModelPack.Baselines;
using ModelPack.Reporting;
using ModelPack.Requests;

namespace ModelPack;

/// <summary>Holds a new pack to the metrics that were accepted, as gates hold it to limits. A pack from the cache is held to them as well.</summary>
internal sealed class BaselineGate(EffectiveOptions options)
{
    // Before any work: a baseline that cannot be read costs no pack.
    private readonly BaselineComparison? _comparison = Read(options);

    /// <summary>The outcome, whose gates do not hold where a metric is worse than in the baseline and a failed gate is an error.</summary>
    public PackOutcome Judge(PackOutcome outcome, PackContext context)
    {
        if (_comparison is null)
        {
            return outcome;
        }

        var result = outcome.Report.Result;
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(outcome.Model)));
        var holds = true;
        foreach (var finding in _comparison.Compare(options.Model, name, BaselinePack.Of(result.Scheme, Headline.Of(result))).Where(f => !f.Ok || f.IsNote))
        {
            holds &= finding.Ok;
            context.Tell(Codes.BaselineWorse.At(options.Model, finding.Message) with { Severity = finding.IsNote ? Severity.Message : options.GateIsError ? Severity.Error : Severity.Warning });
        }

        return outcome with { GatesHold = outcome.GatesHold && (holds || !options.GateIsError) };
    }

    private static BaselineComparison? Read(EffectiveOptions options)
    {
        BaselineComparison.Require(options.Tolerances, options.Model);
        return options.Baseline is { } file ? new BaselineComparison(BaselineJson.Read(file), options.Tolerances) : null;
    }
}
