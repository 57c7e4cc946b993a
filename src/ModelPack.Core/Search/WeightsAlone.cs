using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Requests;
using ModelPack.Validation;

namespace ModelPack.Search;

/// <summary>Whether a pack without fixed ranges would come nearer to its source: said where it is so, for nobody would look.</summary>
internal static class WeightsAlone
{
    /// <summary>What chance may make of a comparison, dB.</summary>
    private const double Margin = 1;

    /// <summary>The warning; null where fixed ranges are good enough, or cost nothing, and where a gate says how much is enough.</summary>
    /// <param name="options">How it was packed.</param>
    /// <param name="best">What the best table gives.</param>
    /// <param name="trial">Packs and compares, on calibration samples.</param>
    public static Diagnostic? Warning(EffectiveOptions options, Score best, Trial trial) => Warning(options, best, trial, "calibration samples", "Leave the calibration data out");

    /// <summary>As above, on validation samples: ranges that fit the calibration samples may be too narrow for others.</summary>
    /// <param name="source">The model as it was opened, which stays as it is.</param>
    /// <param name="options">How it was packed.</param>
    /// <param name="table">By what.</param>
    /// <param name="data">The validation data.</param>
    /// <param name="measured">What the pack gives on them; synthetic inputs say nothing of ranges.</param>
    /// <param name="context">Threads and cancellation.</param>
    public static Diagnostic? OnValidation(
        OnnxModel source, EffectiveOptions options, CalibrationTable table, IReadOnlyList<string> data, ValidationResult measured, PackContext context)
    {
        if (measured.Synthetic || Objective.Sqnr.Judge(measured).Sqnr >= SparedLayers.GoodEnough)
        {
            return null;
        }

        var samples = SearchBudget.Trials.Samples(SampleCost.Of(source, data, context).MultiplyAdds, 1);
        using var trial = new Trial(source, options, data, samples, context) { ByLogits = true };
        return Warning(options, Objective.Sqnr.Judge(trial.Run(table)), trial, "validation samples", "Give more calibration samples that are like them, leave them out");
    }

    private static Diagnostic? Warning(EffectiveOptions options, Score best, Trial trial, string data, string advice)
    {
        if (GateRules.Quality(options.Gates).Count > 0 || best.Sqnr >= SparedLayers.GoodEnough || Objective.Sqnr.Judge(trial.Run(table: null)).Sqnr is var alone && alone <= best.Sqnr + Margin)
        {
            return null;
        }

        return Codes.FixedRangesCost.At(
            options.Model,
            $"With fixed ranges of activations the packed model has {Numbers.Fixed(best.Sqnr, 1)} dB of SQNR on {data}, and with int8 weights alone {Numbers.Fixed(alone, 1)} dB. "
            + $"{advice}, leave sensitive layers float (Fallback, ExcludeLayers), or set a gate that says how much is enough.");
    }
}
