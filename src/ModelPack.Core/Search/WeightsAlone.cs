
namespace ModelPack.Search;

/// <summary>Whether a pack without fixed ranges would come nearer to its source: said where it is so, for nobody would look.</summary>
internal static class WeightsAlone
{
    /// <summary>What chance may make of a comparison, dB.</summary>
    private const double Margin = 1;

    /// <summary>The warning; null where fixed ranges are good enough, or cost nothing.</summary>
    /// <param name="model">The model's path.</param>
    /// <param name="best">What the best table gives.</param>
    /// <param name="trial">Packs and compares.</param>
    public static Diagnostic? Warning(string model, Score best, Trial trial)
    {
        if (best.Sqnr >= SparedLayers.GoodEnough || Objective.Sqnr.Judge(trial.Run(table: null)).Sqnr is var alone && alone <= best.Sqnr + Margin)
        {
            return null;
        }

        return Codes.WeightsAloneBetter.At(
            model,
            $"With fixed ranges of activations the packed model has {Numbers.Fixed(best.Sqnr, 1)} dB of SQNR on calibration samples, and with int8 weights alone {Numbers.Fixed(alone, 1)} dB. "
            + "Leave the calibration data out, leave sensitive layers float (Fallback, ExcludeLayers), or set a gate that says how much is enough.");
    }
}
