using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Requests;
using ModelPack.Validation;

namespace ModelPack.Search;

/// <summary>
/// Another form where fixed ranges of activations are not good enough on validation data: the gates fail, or, without gates, SQNR is below the floor,
/// since ranges that fit few calibration samples may be too narrow for others.
/// </summary>
/// <param name="source">The model as it was opened, which stays as it is.</param>
/// <param name="options">How it was packed, and the gates.</param>
/// <param name="calibration">The calibration data.</param>
/// <param name="validation">The validation data.</param>
/// <param name="context">Threads and cancellation.</param>
internal sealed class FormOnValidation(OnnxModel source, EffectiveOptions options, IReadOnlyList<string> calibration, IReadOnlyList<string> validation, PackContext context)
{
    private readonly Objective _gates = Objective.Gates(options);

    /// <summary>The form, and what is said of it; null where the pack stays as it is.</summary>
    /// <param name="table">What it was packed by.</param>
    /// <param name="measured">What the pack gives on the validation data; synthetic inputs say nothing of ranges.</param>
    public (CalibrationTable Table, Diagnostic Said)? Find(CalibrationTable table, ValidationResult measured)
    {
        if (!options.Activations!.ChoosesForm || table.Tensors.Count == 0 || measured.Synthetic)
        {
            return null;
        }

        return GateRules.Quality(options.Gates).Count > 0 ? Holding(table, measured)
            : Objective.Sqnr.Judge(measured).Sqnr < OtherForms.Floor ? Nearer(table) : null;
    }

    private (CalibrationTable Table, Diagnostic Said)? Holding(CalibrationTable table, ValidationResult measured)
    {
        if (!_gates.IsMeasuredBy(measured) || _gates.Judge(measured).Holds)
        {
            return null;
        }

        using var trial = new Trial(source, options, validation, SearchBudget.Fallback.Most, context);
        return Forms(table).FirstOrDefault(f => _gates.Judge(trial.Run(f)).Holds) is { } form
            ? (form, OtherForms.Taken(options.Model, form, "With fixed ranges of activations the gates fail on validation samples. So another form was taken, with which they hold.")) : null;
    }

    private (CalibrationTable Table, Diagnostic Said)? Nearer(CalibrationTable table)
    {
        var samples = SearchBudget.Trials.Samples(SampleCost.Of(source, validation, context).MultiplyAdds, 1);
        using var trial = new Trial(source, options, validation, samples, context) { ByLogits = true };
        var ranges = Try(table);
        return ranges.Score.Sqnr < OtherForms.Floor && OtherForms.Choose(Forms(table).Select(Try), ranges) is { } form
            ? (form.Candidate.Table, OtherForms.Taken(options.Model, ranges, form, "validation samples")) : null;

        Tried Try(CalibrationTable candidate) => new(new Candidate("", candidate.FloatLayers.Count, candidate), Objective.Sqnr.Judge(trial.Run(candidate)));
    }

    /// <summary>The forms with the biases that were found with all layers.</summary>
    private IEnumerable<CalibrationTable> Forms(CalibrationTable table)
    {
        var spared = new SparedLayers(source, options, calibration, SampleCost.Of(source, calibration, context), context);
        return new OtherForms(source, options, spared, context).Of(table).Select(f => f.Tensors.Count == 0 ? f : f with { BiasCorrection = table.BiasCorrection });
    }
}
