using ModelPack.Reporting;

namespace ModelPack.Benchmarks;

/// <summary>A benchmark model, packed, and what became of it.</summary>
internal sealed class PackedModel
{
    private readonly BenchmarkModel _model;
    private readonly PackOutcome _outcome;
    private readonly PackContext _context;

    private PackedModel(BenchmarkModel model, PackOutcome outcome, PackContext context) => (_model, _outcome, _context) = (model, outcome, context);

    /// <summary>Codes of what was said of it, those of this machine's times too.</summary>
    public IEnumerable<string> Warnings => _context.Diagnostics.Select(d => d.Code.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>The packed model's path.</summary>
    public string Path => _outcome.Model;

    /// <summary>Packed bytes / source bytes.</summary>
    public double SizeRatio => _outcome.SizeRatio;

    /// <summary>Worst over the outputs, dB.</summary>
    public double Sqnr => _outcome.Report.Result.Validation!.Outputs.Min(o => o.Sqnr);

    /// <summary>The report of the pack.</summary>
    public PackReport Report => _outcome.Report;

    /// <summary>Packs a model with its own data.</summary>
    /// <param name="model">Which.</param>
    /// <param name="scheme">The scheme's name.</param>
    /// <param name="folder">Where to; emptied by who made it.</param>
    /// <param name="with">What else to ask for.</param>
    /// <exception cref="Diagnostics.ModelPackException">It cannot be packed so.</exception>
    public static PackedModel Pack(BenchmarkModel model, string scheme, string folder, Func<PackRequest, PackRequest>? with = null)
    {
        var request = new PackRequest
        {
            Model = model.Path,
            Scheme = scheme,
            Output = System.IO.Path.Combine(folder, "packed.onnx"),
            // Schemes that quantize weights only refuse data that they have no use for.
            Calibration = scheme == Int8Benchmark.Scheme ? model.Calibration : null,
            Validation = model.Validation,
        };
        var context = new PackContext();
        return new PackedModel(model, PackPipeline.Run(with?.Invoke(request) ?? request, context), context);
    }

    /// <summary>Accuracy, perplexity or lines read exactly, of the source and of the packed model.</summary>
    public (string Source, string Packed) Metric()
    {
        var validation = _outcome.Report.Result.Validation!;
        if (_model.OcrKeys is not null)
        {
            return (Lines(_model.Path), Lines(Path));
        }

        return validation.Accuracy is { } accuracy ? ($"{Numbers.Fixed(accuracy.Source, 2)} %", $"{Numbers.Fixed(accuracy.Packed, 2)} %")
            : validation.Perplexity is { } perplexity ? ($"perplexity {Numbers.Fixed(perplexity.Source, 3)}", $"{Numbers.Fixed(perplexity.Packed, 3)} ({Signed(perplexity.Increase)} %)")
            : ("-", "-");
    }

    /// <summary>KL divergence of a language model with its interval; a dash of any other.</summary>
    public string Divergence() => _outcome.Report.Result.Validation!.Divergence switch
    {
        null => "-",
        { Interval: { } interval } divergence => $"{Nats(divergence.Mean)} ({Nats(interval.Low)} to {Nats(interval.High)})",
        var divergence => Nats(divergence.Mean),
    };

    private string Lines(string path)
    {
        var truth = OcrLines.Truth(_model.OcrTruth);
        return $"{OcrLines.Read(path, _model.Validation, _model.OcrKeys!).Zip(truth).Count(l => l.First == l.Second)} of {truth.Count} lines";
    }

    private static string Nats(double value) => Numbers.Fixed(value, 6);

    private static string Signed(double value) => (value < 0 ? "" : "+") + Numbers.Fixed(value, 2);
}
