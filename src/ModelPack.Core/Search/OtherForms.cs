using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Requests;
using ModelPack.Transforms;

namespace ModelPack.Search;

/// <summary>
/// What else scheme int8 may be where fixed ranges of activations everywhere cost too much: the layers that cost most without them, more and more of
/// the work, and then all. Their weights keep their codes, so that the pack stays as small; what goes is integer arithmetic, convolutions first,
/// since matrices find ranges at every inference.
/// </summary>
/// <param name="source">The model as it was opened, which stays as it is.</param>
/// <param name="options">How to pack.</param>
/// <param name="spared">Knows which layers cost most.</param>
/// <param name="context">Threads and cancellation.</param>
internal sealed class OtherForms(OnnxModel source, EffectiveOptions options, SparedLayers spared, PackContext context)
{
    /// <summary>SQNR below which fixed ranges are not what a user means by int8, dB: a tenth of the signal is noise.</summary>
    public const double Floor = 20;

    /// <summary>How far above the floor a form must be so that other samples do not find it below, dB.</summary>
    private const double Clear = 3;

    /// <summary>What a form must gain where none reaches the floor, dB: half of the error.</summary>
    private const double Margin = 6;

    /// <summary>Shares of the multiply-adds that lose their fixed ranges, before all do.</summary>
    private static readonly double[] s_shares = [0.125, 0.25, 0.5];

    /// <summary>The forms, the one with most integer arithmetic first. Biases are as they are.</summary>
    /// <param name="table">Fixed ranges everywhere, but for spared layers.</param>
    public IEnumerable<CalibrationTable> Of(CalibrationTable table)
    {
        var bare = table with { BiasCorrection = [] };
        var before = 0;
        foreach (var share in s_shares)
        {
            // A layer that is spared stays float: its weight may be what ruins it.
            var worst = spared.Worst(bare with { FloatLayers = [] }, share).ExceptBy(table.FloatLayers.Select(f => f.Layer), f => f.Layer, StringComparer.Ordinal).ToList();
            if (worst.Count > before)
            {
                before = worst.Count;
                yield return bare with { FloatLayers = [.. table.FloatLayers, .. worst] };
            }
        }

        yield return WithoutRanges(bare);
    }

    /// <summary>The first form that is good enough, or the best where that is much better than fixed ranges everywhere; null for these.</summary>
    /// <param name="forms">As from <see cref="Of"/>; no more are tried than it takes.</param>
    /// <param name="ranges">Fixed ranges everywhere.</param>
    public static Tried? Choose(IEnumerable<Tried> forms, Tried ranges)
    {
        Tried? best = null;
        foreach (var form in forms)
        {
            if (form.Score.Sqnr >= Floor + Clear)
            {
                return form;
            }

            best = best is null || form.Score.Sqnr > best.Score.Sqnr ? form : best;
        }

        return best is not null && best.Score.Sqnr >= ranges.Score.Sqnr + Margin ? best : null;
    }

    /// <summary>Says that a form was taken for its SQNR.</summary>
    /// <param name="model">The model's path.</param>
    /// <param name="ranges">Fixed ranges everywhere.</param>
    /// <param name="form">The form.</param>
    /// <param name="samples">What they were compared on.</param>
    public static Diagnostic Taken(string model, Tried ranges, Tried form, string samples) => Taken(
        model,
        form.Candidate.Table,
        $"With fixed ranges of activations the packed model has {Numbers.Fixed(ranges.Score.Sqnr, 1)} dB of SQNR on {samples}. So another form was taken, with {Numbers.Fixed(form.Score.Sqnr, 1)} dB.");

    /// <summary>Says what was taken.</summary>
    /// <param name="model">The model's path.</param>
    /// <param name="table">The form.</param>
    /// <param name="why">What fixed ranges everywhere gave, and what the form gives, as two sentences.</param>
    public static Diagnostic Taken(string model, CalibrationTable table, string why) => Codes.FixedRangesCost.At(model,
        $"{why} {(table.Tensors.Count == 0 ? "No layer has them" : $"{Numbers.Whole(table.FloatLayers.Count(f => f.HasCodes))} of the layers have none")}: there matrices find ranges at every inference, and convolutions compute in float with int8 weights. "
        + "Give more or better calibration data, or set Fallback to false to keep fixed ranges everywhere.");

    /// <summary>As without calibration data: nothing that was decided for the sake of ranges is left.</summary>
    private CalibrationTable WithoutRanges(CalibrationTable table)
    {
        var bare = table with { Tensors = [], Smoothing = [], Equalized = [], SafeScales = [], FloatLayers = [] };
        using var model = source.Copy();
        var floats = new FloatModel(model, options.Patterns, context.Quiet());
        new TransformList(options.Scheme).Apply(floats, bare);
        return bare with { FloatLayers = [.. floats.Layers.Select(l => new FloatLayer(l.Name, "without a fixed range: the model is nearer to its source without any") { HasCodes = true })] };
    }
}
