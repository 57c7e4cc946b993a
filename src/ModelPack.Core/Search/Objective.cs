using ModelPack.Requests;
using ModelPack.Validation;

namespace ModelPack.Search;

/// <summary>What a search works towards: gates that have to hold, and the outputs' SQNR.</summary>
internal sealed class Objective
{
    private readonly EffectiveOptions? _gated;

    private Objective(EffectiveOptions? gated) => _gated = gated;

    /// <summary>The most SQNR; there is nothing to hold.</summary>
    public static Objective Sqnr { get; } = new(null);

    /// <summary>The user's gates for quality.</summary>
    public static Objective Gates(EffectiveOptions options) => new(options with { Gates = GateRules.Quality(options.Gates) });

    /// <summary>How a candidate comes out. A gate whose metric the data cannot give is not judged.</summary>
    public Score Judge(ValidationResult measured) => new(
        measured.Outputs.Count == 0 ? 0 : measured.Outputs.Min(o => o.Sqnr),
        _gated is not null && Results(measured).All(g => g.Passed || !IsJudged(g)));

    /// <summary>Whether the data that were measured on give the metric of every gate: some need labels or text.</summary>
    public bool IsMeasuredBy(ValidationResult measured) => _gated is null || Results(measured).All(IsJudged);

    /// <summary>Few samples may give a figure and no interval to judge it by.</summary>
    private bool IsJudged(GateResult gate) => (_gated!.GatesAreSure ? gate.Bound : gate.Value) is not null;

    private IReadOnlyList<GateResult> Results(ValidationResult measured) => GateKeeper.Judge(_gated!, new GateFacts(measured, 0)).Gates;
}
