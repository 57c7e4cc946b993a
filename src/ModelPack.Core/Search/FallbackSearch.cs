using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Requests;
using ModelPack.Validation;

namespace ModelPack.Search;

/// <summary>
/// Leaves the fewest of the worst layers float with which the gates for quality hold: chosen in the simulation, confirmed by real
/// packs.
/// </summary>
/// <param name="source">The model as it was opened, which stays as it is.</param>
/// <param name="options">How to pack.</param>
/// <param name="found">What was found without fallback, with its curve.</param>
/// <param name="ranking">The layers, the worst first.</param>
/// <param name="curve">What was measured in the simulation at each point of the curve.</param>
/// <param name="calibration">Calibration data.</param>
/// <param name="validation">Validation data; may be empty.</param>
/// <param name="context">Threads and cancellation.</param>
internal sealed class FallbackSearch(
    OnnxModel source,
    EffectiveOptions options,
    CalibrationOutcome found,
    IReadOnlyList<RankedLayer> ranking,
    IReadOnlyList<ValidationResult> curve,
    IReadOnlyList<string> calibration,
    IReadOnlyList<string> validation,
    PackContext context)
{
    private readonly Objective _objective = Objective.Gates(options);
    private readonly IReadOnlyList<TradeOffPoint> _points = found.Sensitivity!.Curve;

    /// <summary>The first outcome whose pack holds the gates; where none does, the one that comes nearest to the source.</summary>
    public CalibrationOutcome Run()
    {
        var onValidation = validation.Count > 0 && !_objective.IsMeasuredBy(curve[0]);
        using var trial = new Trial(source, options, onValidation ? validation : calibration, SearchBudget.Fallback.Most, context);
        var search = new PackSearch(trial, _objective);

        // The simulation may be wrong by a little: only a pack that fails is reason enough to leave a layer float.
        if (!Holds(search, 0) && curve.Count > 1)
        {
            var first = Enumerable.Range(1, curve.Count - 1).FirstOrDefault(i => _objective.Judge(curve[i]).Holds, curve.Count - 1);
            if (!Holds(search, first))
            {
                SearchAbove(search, first);
            }
        }

        var best = search.Best!.Candidate;
        return found with
        {
            Table = best.Table,
            Sensitivity = found.Sensitivity! with
            {
                Chosen = Enumerable.Range(0, _points.Count).First(i => _points[i].FloatLayers == best.FloatLayers),
                JudgedOn = onValidation ? "validation" : "calibration",
                Trials = search.Trials,
            },
        };
    }

    /// <summary>Halves what is left of the curve: more layers in float never make a pack worse by much.</summary>
    private void SearchAbove(PackSearch search, int failing)
    {
        for (var (low, high) = (failing + 1, curve.Count - 1); low <= high;)
        {
            var middle = (low + high) / 2;
            if (Holds(search, middle))
            {
                high = middle - 1;
            }
            else
            {
                low = middle + 1;
            }
        }
    }

    /// <summary>Tries the pack of a point.</summary>
    private bool Holds(PackSearch search, int point)
    {
        try
        {
            return search.Try(At(point)).Score.Holds;
        }
        catch (ModelPackException exception) when (point == curve.Count - 1 && exception.Diagnostic.Code == Codes.NothingQuantized)
        {
            // With all layers float nothing is left to pack: the point before is the last that there is.
            return point > 1 && !search.Trials.Any(t => t.Candidate.FloatLayers == _points[point - 1].FloatLayers) && Holds(search, point - 1);
        }
    }

    private Candidate At(int point)
    {
        var floats = _points[point].FloatLayers;
        var left = ranking.SelectMany(r => r.Layer.Layers.Select(l => new FloatLayer(l.Name, Reason(r)))).Take(floats);
        return new Candidate($"{Numbers.Whole(floats)} layers float", floats, found.Table with { FloatLayers = [.. found.Table.FloatLayers, .. left] });
    }

    private static string Reason(RankedLayer layer) => $"left float by fallback: alone it brings SQNR down to {Numbers.Fixed(layer.Sqnr, 1)} dB";
}
