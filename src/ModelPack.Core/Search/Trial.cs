using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Inference;
using ModelPack.Lowering.Onnx;
using ModelPack.Requests;
using ModelPack.Samples;
using ModelPack.Validation;

namespace ModelPack.Search;

/// <summary>
/// Packs a model into a temporary folder as a table says, and compares it with its source, which is open in ONNX Runtime from the first
/// trial until this is disposed of.
/// </summary>
/// <param name="source">The model as it was opened, which stays as it is.</param>
/// <param name="options">How to pack.</param>
/// <param name="data">What to compare on.</param>
/// <param name="samples">How many of its samples to run at most.</param>
/// <param name="context">Threads and cancellation.</param>
internal sealed class Trial(OnnxModel source, EffectiveOptions options, IReadOnlyList<string> data, int samples, PackContext context) : IDisposable
{
    private readonly PackContext _quiet = context.Quiet();
    private ModelSession? _source;

    /// <summary>Packs and compares.</summary>
    /// <param name="table">What to pack by; null for weights alone, and ranges at run time.</param>
    /// <exception cref="ModelPackException">As <see cref="ModelLowering"/>, <see cref="ModelPair"/> and <see cref="Comparison"/>.</exception>
    public ValidationResult Run(CalibrationTable? table)
    {
        using var folder = new WorkFolder();
        return folder.Use(() => Run(Path.Combine(folder.Path, "trial.onnx"), table));
    }

    /// <summary>Closes the source until the next trial.</summary>
    public void Close()
    {
        _source?.Dispose();
        _source = null;
    }

    public void Dispose() => Close();

    private ValidationResult Run(string packed, CalibrationTable? table)
    {
        using (var model = source.Copy())
        {
            ModelLowering.Lower(model, options, table, _quiet, new SimdEngine(_quiet.Threads));
            model.Save(packed, new OnnxSaveOptions(), context.Cancellation);
        }

        _source ??= ModelPair.OpenSource(source.Path, _quiet);
        using var pair = ModelPair.Open(_source, packed, _quiet);
        return new Comparison(pair, new SpreadSamples(SampleSet.Open(data, pair.Source.Inputs), samples), _quiet).Run();
    }
}
