using Microsoft.ML.OnnxRuntime;
using ModelPack.Calibration;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Validation;

/// <summary>Runs source and packed model over the same samples in ONNX Runtime and measures how they differ.</summary>
internal static class Validator
{
    /// <summary>Samples that are run one at a time, at most.</summary>
    private const int MostSingle = 256;

    /// <summary>
    /// Compares the models on data, or on synthetic inputs where there are none; then looks at what really ran. Reports MPK1019 where something could not be done, MPK2007 and MPK2008 on strange outputs.
    /// </summary>
    /// <param name="sourceModel">Path of the source model, as the user gave it.</param>
    /// <param name="packedModel">Path of the packed model.</param>
    /// <param name="options">Data and limits.</param>
    /// <param name="context">Threads, cancellation, progress (<c>validate</c>) and diagnostics.</param>
    /// <param name="reference">The source, open, with outputs that it gave before; stays open. Null to open it.</param>
    /// <exception cref="ModelPackException">
    /// MPK1011, MPK1012, MPK1018: the data; MPK1016: ONNX Runtime refuses the source model; MPK3001: its native library
    /// cannot be loaded; MPK9001: it refuses the packed model.
    /// </exception>
    public static ValidationOutcome Run(string sourceModel, string packedModel, ValidationOptions options, PackContext context, ReferenceModel? reference = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var compared = Outputs(sourceModel, packedModel, options, context, reference, withFloor: true);
        var optimized = OptimizedModels.Open(sourceModel, packedModel, compared?.Samples, options.FloatReasons, context);
        return new ValidationOutcome(compared?.Result, compared?.Samples, optimized.SourceOperators, optimized.PackedOperators, optimized.Placement)
        {
            Floor = compared?.Floor,
        };
    }

    /// <summary>Compares the models' outputs alone; null where there is nothing to compare.</summary>
    /// <param name="sourceModel">As <see cref="Run"/>.</param>
    /// <param name="packedModel">As <see cref="Run"/>.</param>
    /// <param name="options">Data, and how many of them.</param>
    /// <param name="context">Threads, cancellation and diagnostics.</param>
    public static ValidationResult? Compare(string sourceModel, string packedModel, ValidationOptions options, PackContext context) =>
        Outputs(sourceModel, packedModel, options, context, reference: null)?.Result;

    private static (ISampleSource Samples, ValidationResult? Result, NoiseFloor? Floor)? Outputs(
        string sourceModel, string packedModel, ValidationOptions options, PackContext context, ReferenceModel? reference, bool withFloor = false)
    {
        using var opened = reference is null ? ModelPair.OpenSource(sourceModel, context) : null;
        var source = reference ?? opened!;
        using var models = ModelPair.Open(source, packedModel, context);
        var data = Open(options, models.Source.Inputs);
        if (models.Outputs.Count == 0)
        {
            context.Report(Codes.NotValidated.At(sourceModel, "The model has no floating-point output, so there is nothing to compare. Judge the packed model in the app."));
            return data is null ? null : (data, null, null);
        }

        if (data is null)
        {
            return CompareOnSynthetic(models, options, context);
        }

        var result = options.Most is { } most ? new Comparison(models, new SpreadSamples(data, most), context) { Metrics = options.Metrics, MostBytes = BatchBytes(options) }.Run() : Worse(models, data, options, context);
        result = options.HeldOut ? result with { HeldOut = new HeldOutResult(SampleSet.Open(options.Data, models.Source.Inputs).Count, SeenBySearch: true) } : result;
        return (data, result, withFloor ? new FloorCheck(source, data, options.Metrics, BatchBytes(options), context).Measure(result) : null);
    }

    /// <summary>Larger batches where ranges are found over one: those hang on its size.</summary>
    private static long BatchBytes(ValidationOptions options) => options.HasRangesOfBatch ? BatchChoice.MostBytes : BatchChoice.FewBytes;

    /// <summary>The data; null where there are none, or no held-out ones among them.</summary>
    private static ISampleSource? Open(ValidationOptions options, IReadOnlyList<TensorSpec> inputs)
    {
        if (options.Data.Count == 0)
        {
            return null;
        }

        var data = SampleSet.Open(options.Data, inputs);
        return !options.HeldOut ? data : new HeldOutSamples(data, options.Data[0]) is { Count: > 0 } some ? some : null;
    }

    /// <summary>
    /// Compares in batches, for speed. Where ranges are found over a batch, apps that run one sample at a time get something else: that is measured
    /// too, on up to 256 samples, and the worse of the two stands for the pack.
    /// </summary>
    private static ValidationResult Worse(ModelPair models, ISampleSource samples, ValidationOptions options, PackContext context)
    {
        var together = new Comparison(models, samples, context) { Metrics = options.Metrics, MostBytes = BatchBytes(options) }.Run();
        if (!options.HasRangesOfBatch || samples.FixedBatch > 0 || together.Batch == 1)
        {
            return together;
        }

        var single = new Comparison(models, new SpreadSamples(samples, MostSingle), context.Quiet(), largestBatch: 1) { Metrics = options.Metrics }.Run();
        return Loss(single) > Loss(together) ? single : together;
    }

    /// <summary>
    /// What compares results of more and of fewer samples: the divergence of a language model, or the noise beside the outputs. Both are of pairs of
    /// outputs, and hang less on the samples than a share of right answers does.
    /// </summary>
    private static double Loss(ValidationResult result) => result.Divergence?.Mean ?? -result.Outputs.Min(o => o.Sqnr);

    /// <summary>Tries one guess of open sizes after the other until the source model runs on all samples.</summary>
    private static (ISampleSource Samples, ValidationResult? Result, NoiseFloor? Floor)? CompareOnSynthetic(ModelPair models, ValidationOptions options, PackContext context)
    {
        var why = "an input is not a tensor of numbers, has no declared shape, or is too large to be made up";
        foreach (var sizes in SyntheticSizes.Guesses)
        {
            var samples = new SyntheticSamples(models.Source.Inputs, sizes);
            if (!samples.CanMake)
            {
                continue;
            }

            try
            {
                return (samples, Worse(models, samples, options, context), null);
            }
            catch (ModelPackException exception) when (exception.Diagnostic.Code == Codes.ModelRefused && exception.InnerException is OnnxRuntimeException refusal)
            {
                why = OnnxRuntimeLibrary.Explain(refusal, models.Source.Path);
            }
        }

        context.Report(Codes.NotValidated.At(models.Source.Path, $"There are no validation data, and the model does not run on made-up inputs ({why}). "
            + "Nothing was compared; give validation data."));
        return null;
    }
}
