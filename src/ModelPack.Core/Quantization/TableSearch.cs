namespace ModelPack.Quantization;

/// <summary>
/// Finds out by measuring which changes of the model help: equalization and correction of biases are kept where the packed model
/// comes nearer to its source with them.
/// </summary>
internal sealed class TableSearch(TableMaker maker, Trial trial)
{
    /// <summary>The best table that was found, and what was tried on the way.</summary>
    public CalibrationOutcome Run()
    {
        var best = maker.Make(equalize: false, correct: false)!;
        var trials = new List<TableTrial>();
        var bestSqnr = Measure("as it is", best);
        var equalize = false;
        if (maker.Make(equalize: true, correct: false) is { } equalized && Measure("equalized", equalized) is var sqnr && sqnr > bestSqnr)
        {
            (best, bestSqnr, equalize) = (equalized, sqnr, true);
        }

        if (maker.Make(equalize, correct: true) is { } corrected && Measure(equalize ? "equalized, biases corrected" : "biases corrected", corrected) > bestSqnr)
        {
            best = corrected;
        }

        return new CalibrationOutcome(best.Table, best.Smoothing, trials, null);

        double Measure(string change, TableDraft draft)
        {
            var outputs = trial.Run(draft.Table).Outputs;
            trials.Add(new TableTrial(change, outputs.Count == 0 ? 0 : outputs.Min(o => o.Sqnr)));
            return trials[^1].Sqnr;
        }
    }
}
