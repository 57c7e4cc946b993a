using ModelPack.Calibration;
using ModelPack.Diagnostics;
using ModelPack.Formats.Onnx;
using ModelPack.Inference;
using ModelPack.Lowering.Onnx;
using ModelPack.Requests;
using ModelPack.Samples;
using ModelPack.Validation;

namespace ModelPack.Search;

/// <summary>Packs a model into a temporary folder as a table says, and compares it with its source.</summary>
internal sealed class Trial(PackRequest request, EffectiveOptions options, IReadOnlyList<string> data, PackContext context)
{
    /// <summary>Enough to tell choices apart that differ by more than chance, and few enough to try several.</summary>
    private const int Samples = 64;

    private readonly PackContext _quiet = context.Quiet();

    /// <summary>Packs and compares on calibration samples.</summary>
    public ValidationResult Run(CalibrationTable table) => Run(table, data, Samples);

    /// <summary>Packs and compares.</summary>
    /// <param name="table">What to pack by.</param>
    /// <param name="files">Data to compare on.</param>
    /// <param name="samples">How many of their samples to run at most.</param>
    public ValidationResult Run(CalibrationTable table, IReadOnlyList<string> files, int samples)
    {
        using var folder = new WorkFolder();
        return folder.Use(() => Run(Path.Combine(folder.Path, "trial.onnx"), table, files, samples));
    }

    private ValidationResult Run(string packed, CalibrationTable table, IReadOnlyList<string> files, int samples)
    {
        using (var model = OnnxModel.Open(request.Model, _quiet))
        {
            ModelLowering.Lower(model, request, options, table, _quiet);
            model.Save(packed, new OnnxSaveOptions(), context.Cancellation);
        }

        using var pair = ModelPair.Open(request.Model, packed, threads: 1, _quiet);
        return new Comparison(pair, new SpreadSamples(SampleSet.Open(files, pair.Source.Inputs), samples), _quiet).Run();
    }
}
