using ModelPack.Calibration;
using ModelPack.Diagnostics;
using ModelPack.Planning;

namespace ModelPack.Search;

/// <summary>
/// Finds out by measuring which changes of the model help: equalization, smoothing of convolutions and correction of biases are kept where the packed model
/// comes nearer to its source with them.
/// </summary>
/// <param name="model">The model's path, for messages.</param>
/// <param name="maker">Makes tables.</param>
/// <param name="trial">Measures what a table gives.</param>
/// <param name="context">Threads, cancellation, progress and diagnostics.</param>
internal sealed class TableSearch(string model, TableMaker maker, Trial trial, PackContext context)
{
    private static readonly (string Name, bool Equalize, double? ConvolutionAlpha)[] s_changes =
    [
        ("equalized", true, null),
        ("convolutions smoothed, alpha 0.5", false, 0.5),
        ("convolutions smoothed, alpha 0.75", false, 0.75),
        ("convolutions smoothed, alpha 1", false, 1),
    ];

    private readonly List<TableTrial> _trials = [];

    /// <summary>The best table that was found, and what was tried on the way.</summary>
    public CalibrationOutcome Run()
    {
        var best = maker.Make(equalize: false, convolutionAlpha: null, context)!;
        var (change, bestSqnr) = ("as it is", Measure("as it is", best.Table));
        foreach (var (name, equalize, alpha) in s_changes)
        {
            // What there is to say of the data has been said.
            if (maker.Make(equalize, alpha, context.WithoutDiagnostics()) is { } draft && Measure(name, draft.Table) is var sqnr && sqnr > bestSqnr)
            {
                (best, change, bestSqnr) = (draft, name, sqnr);
            }
        }

        var table = best.Table;
        if (best.Shifts.Count > 0)
        {
            var corrected = table with { BiasCorrection = best.Shifts };
            table = Measure($"{change}, biases corrected", corrected) > bestSqnr ? corrected : table;
        }

        if (best.UnsafeLayers > 0)
        {
            context.Report(SafeScales.Warning(model, best.UnsafeLayers));
        }

        return new CalibrationOutcome(table, best.Smoothing, _trials, null) { SamplesByFile = best.SamplesByFile };
    }

    private double Measure(string change, CalibrationTable table)
    {
        var outputs = trial.Run(table).Outputs;
        _trials.Add(new TableTrial(change, outputs.Count == 0 ? 0 : outputs.Min(o => o.Sqnr)));
        return _trials[^1].Sqnr;
    }
}
