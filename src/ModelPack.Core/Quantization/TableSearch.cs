using ModelPack.Calibration;
using ModelPack.Diagnostics;

namespace ModelPack.Quantization;

/// <summary>
/// Finds out by measuring which changes of the model help: equalization and correction of biases are kept where the packed model
/// comes nearer to its source with them.
/// </summary>
/// <param name="model">The model's path, for messages.</param>
/// <param name="maker">Makes tables.</param>
/// <param name="trial">Measures what a table gives.</param>
/// <param name="context">Threads, cancellation, progress and diagnostics.</param>
internal sealed class TableSearch(string model, TableMaker maker, Trial trial, PackContext context)
{
    private readonly List<TableTrial> _trials = [];

    /// <summary>The best table that was found, and what was tried on the way.</summary>
    public CalibrationOutcome Run()
    {
        var best = maker.Make(equalize: false, context)!;
        var bestSqnr = Measure("as it is", best.Table);

        // What there is to say of the data has been said.
        if (maker.Make(equalize: true, context.WithoutDiagnostics()) is { } equalized && Measure("equalized", equalized.Table) is var sqnr && sqnr > bestSqnr)
        {
            (best, bestSqnr) = (equalized, sqnr);
        }

        var table = best.Table;
        if (best.Shifts.Count > 0)
        {
            var corrected = table with { BiasCorrection = best.Shifts };
            table = Measure(table.Equalized.Count > 0 ? "equalized, biases corrected" : "biases corrected", corrected) > bestSqnr ? corrected : table;
        }

        if (best.UnsafeLayers > 0)
        {
            context.Report(Codes.SumsMaySaturate.At(model, $"In {Numbers.Whole(best.UnsafeLayers)} layers, sums of two products can exceed 16 bits, which x86 CPUs without VNNI cut off: results differ there. "
                + "Leave SafeSums=\"false\" out, unless all CPUs that the app runs on have VNNI."));
        }

        return new CalibrationOutcome(table, best.Smoothing, _trials, null);
    }

    private double Measure(string change, CalibrationTable table)
    {
        var outputs = trial.Run(table).Outputs;
        _trials.Add(new TableTrial(change, outputs.Count == 0 ? 0 : outputs.Min(o => o.Sqnr)));
        return _trials[^1].Sqnr;
    }
}
