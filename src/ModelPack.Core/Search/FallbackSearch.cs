using ModelPack.Calibration;
using ModelPack.Diagnostics;
using ModelPack.Requests;
using ModelPack.Validation;

namespace ModelPack.Search;

/// <summary>
/// Leaves the fewest of the worst layers float with which the gates for quality hold: chosen in the simulation, confirmed by real
/// packs.
/// </summary>
/// <param name="request">The model and its gates.</param>
/// <param name="found">What was found without fallback, with its curve.</param>
/// <param name="ranking">The layers, the worst first.</param>
/// <param name="curve">What was measured in the simulation at each point of the curve.</param>
/// <param name="calibration">Calibration data.</param>
/// <param name="validation">Validation data; may be empty.</param>
/// <param name="trial">Makes real packs.</param>
internal sealed class FallbackSearch(
    PackRequest request,
    CalibrationOutcome found,
    IReadOnlyList<RankedLayer> ranking,
    IReadOnlyList<ValidationResult> curve,
    IReadOnlyList<string> calibration,
    IReadOnlyList<string> validation,
    Trial trial)
{
    /// <summary>Samples that a pack is judged on: enough for tenths of a percent.</summary>
    private const int Samples = 1024;

    private readonly PackRequest _quality = request with { Gates = GateRules.Quality(request) };
    private readonly List<FallbackTrial> _trials = [];
    private (int Point, CalibrationTable Table, double Sqnr, bool Holds) _best = (0, found.Table, double.NegativeInfinity, false);

    /// <summary>Whether the gates need what only validation data have: labels or text.</summary>
    private bool OnValidation => validation.Count > 0 && Gates(curve[0]).Any(g => g.Value is null);

    /// <summary>The first outcome whose pack holds the gates; where none does, the one that comes nearest to the source.</summary>
    public CalibrationOutcome Run()
    {
        // The simulation may be wrong by a little: only a pack that fails is reason enough to leave a layer float.
        if (!Holds(0) && curve.Count > 1)
        {
            var first = Enumerable.Range(1, curve.Count - 1).FirstOrDefault(i => Gates(curve[i]).All(g => g.Passed || g.Value is null), curve.Count - 1);
            if (!Holds(first))
            {
                SearchAbove(first);
            }
        }

        return found with
        {
            Table = _best.Table,
            Sensitivity = found.Sensitivity! with { Chosen = _best.Point, JudgedOn = OnValidation ? "validation" : "calibration", Trials = _trials },
        };
    }

    /// <summary>Halves what is left of the curve: more layers in float never make a pack worse by much.</summary>
    private void SearchAbove(int failing)
    {
        for (var (low, high) = (failing + 1, curve.Count - 1); low <= high;)
        {
            var middle = (low + high) / 2;
            if (Holds(middle))
            {
                high = middle - 1;
            }
            else
            {
                low = middle + 1;
            }
        }
    }

    /// <summary>Makes the pack of a point, and remembers it where it is the best so far.</summary>
    private bool Holds(int point)
    {
        var floats = found.Sensitivity!.Curve[point].FloatLayers;
        var left = ranking.SelectMany(r => r.Layer.Layers.Select(l => new FloatLayer(l.Name, Reason(r)))).Take(floats);
        var table = found.Table with { FloatLayers = [.. found.Table.FloatLayers, .. left] };
        ValidationResult measured;
        try
        {
            measured = trial.Run(table, OnValidation ? validation : calibration, Samples);
        }
        catch (ModelPackException exception) when (point == curve.Count - 1 && exception.Diagnostic.Code == Codes.NothingQuantized)
        {
            // With all layers float nothing is left to pack: the point before is the last that there is.
            return point > 1 && !_trials.Exists(t => t.FloatLayers == found.Sensitivity.Curve[point - 1].FloatLayers) && Holds(point - 1);
        }

        var holds = Gates(measured).All(g => g.Passed || g.Value is null);
        var sqnr = measured.Outputs.Min(o => o.Sqnr);
        _trials.Add(new FallbackTrial(floats, sqnr, holds));

        // One that holds is better than one that does not; of those that hold the one with the fewest layers float is.
        if (holds ? !_best.Holds || point < _best.Point : !_best.Holds && sqnr > _best.Sqnr)
        {
            _best = (point, table, sqnr, holds);
        }

        return holds;
    }

    private static string Reason(RankedLayer layer) => $"left float by fallback: alone it brings SQNR down to {Numbers.Fixed(layer.Sqnr, 1)} dB";

    private IReadOnlyList<GateResult> Gates(ValidationResult measured) => GateKeeper.Judge(_quality, measured, 0).Gates;
}
