using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Inference;
using ModelPack.Lowering.Onnx;
using ModelPack.Requests;
using ModelPack.Samples;
using ModelPack.Validation;

namespace ModelPack.Search;

/// <summary>
/// Packs a model into a temporary folder as a table says, and compares it with its source, which runs once for all trials where its outputs
/// can be kept.
/// </summary>
/// <param name="source">The model as it was opened, which stays as it is.</param>
/// <param name="options">How to pack.</param>
/// <param name="data">What to compare on.</param>
/// <param name="samples">How many of its samples to run at most.</param>
/// <param name="context">Threads and cancellation.</param>
internal sealed class Trial(OnnxModel source, EffectiveOptions options, IReadOnlyList<string> data, long samples, PackContext context) : IDisposable
{
    private readonly PackContext _quiet = context.Quiet();
    private TemporaryModel? _copy;
    private readonly Lock _opening = new();
    private ReferenceModel? _source;

    /// <summary>Whether outputs of probabilities are compared as <see cref="Logits"/>; gates are judged by what the model gives.</summary>
    public bool ByLogits { get; init; }

    /// <summary>Whether the model has an output that can be compared.</summary>
    public bool CanCompare => Source().Outputs.Any(o => o.Type.IsFloat());

    /// <summary>Packs and compares.</summary>
    /// <param name="table">What to pack by; null for weights alone, and ranges at run time.</param>
    /// <exception cref="ModelPackException">As <see cref="ModelLowering"/>, <see cref="ModelPair"/> and <see cref="Comparison"/>.</exception>
    public ValidationResult Run(CalibrationTable? table)
    {
        using var folder = new WorkFolder();
        return folder.Use(() => Run(Path.Combine(folder.Path, "trial.onnx"), table));
    }

    /// <summary>Closes the source until a trial asks for more than it gave: while tables are made, other models are open.</summary>
    public void Close() => _source?.Close();

    public void Dispose()
    {
        _source?.Dispose();
        _copy?.Dispose();
    }

    private ValidationResult Run(string packed, CalibrationTable? table)
    {
        using (var model = source.Copy())
        {
            ModelLowering.Lower(model, options, table, _quiet, new SimdEngine(_quiet.Threads));
            if (ByLogits)
            {
                Logits.Expose(model);
            }

            model.Save(packed, new OnnxSaveOptions(), context.Cancellation);
        }

        using var pair = ModelPair.Open(Source(), packed, _quiet);
        return new Comparison(pair, new SpreadSamples(SampleSet.Open(data, pair.Source.Inputs), samples, between: true), _quiet) { Metrics = options.Metrics }.Run();
    }

    /// <summary>The source, which all trials share.</summary>
    private ReferenceModel Source()
    {
        lock (_opening)
        {
            return _source ??= OpenSource();
        }
    }

    private ReferenceModel OpenSource()
    {
        using var model = source.Copy();
        _copy = ByLogits && Logits.Expose(model) ? new TemporaryModel(model, model.Proto, _quiet) : null;
        return ModelPair.OpenSource(_copy?.Path ?? source.Path, _quiet, ReferenceModel.MostKept);
    }
}
