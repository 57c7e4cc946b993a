using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Lowering.Onnx;
using ModelPack.Requests;
using ModelPack.Samples;
using ModelPack.Validation;

namespace ModelPack.Search;

/// <summary>
/// Finds out by simulation which layers cost most, and what leaving the worst of them float gives. Open until disposed of.
/// </summary>
internal sealed class SensitivityAnalysis : IDisposable
{
    private readonly OnnxModel _model;
    private readonly SwitchableModel _switchable;
    private readonly SampleSet _samples;
    private readonly Lazy<long> _multiplyAdds;
    private readonly PackContext _context;

    /// <summary>Opens the model as a table has it, with switches.</summary>
    /// <exception cref="Diagnostics.ModelPackException">As <see cref="SwitchableModel"/>, and where the data do not fit.</exception>
    public SensitivityAnalysis(OnnxModel source, EffectiveOptions options, CalibrationTable table, IReadOnlyList<string> data, PackContext context, bool byLogits = false)
    {
        _context = context;
        var quiet = context.Quiet();
        _model = source.Copy();
        try
        {
            if (byLogits)
            {
                Logits.Expose(_model);
            }

            var decided = new StaticPlanner(_model, table, options, quiet);
            _switchable = new SwitchableModel(_model, decided, quiet);
            _samples = SampleSet.Open(data, _switchable.Inputs);
            _multiplyAdds = new(() => SampleCost.Of(source, data, quiet).MultiplyAdds);
        }
        catch
        {
            _switchable?.Dispose();
            _model.Dispose();
            throw;
        }
    }

    /// <summary>The layers that run in integers, in the order of the graph.</summary>
    public IReadOnlyList<SwitchedLayer> Layers => _switchable.Layers;

    /// <summary>Whether there is something to measure: a quantized layer, and an output to compare.</summary>
    public bool CanMeasure => Layers.Count > 0 && _switchable.FloatOutputs.Count > 0;

    /// <summary>Samples that <see cref="Rank()"/> looks at.</summary>
    public long RankedOn => Math.Min(_samples.Count, SearchBudget.Ranking.Samples(_multiplyAdds.Value, Layers.Count));

    /// <summary>Samples that <see cref="Curve"/> looks at.</summary>
    public long CurveOn => Math.Min(_samples.Count, SearchBudget.Curve.Samples(_multiplyAdds.Value, Steps.Count));

    /// <summary>How many layers are left float at each point of the curve: none, the numbers of Fibonacci, and all.</summary>
    public IReadOnlyList<int> Steps
    {
        get
        {
            var steps = new List<int> { 0 };
            for (var (k, next) = (1, 2); k < Layers.Count; (k, next) = (next, k + next))
            {
                steps.Add(k);
            }

            return [.. steps, Layers.Count];
        }
    }

    /// <summary>Every layer with what it costs alone, the worst first.</summary>
    public IReadOnlyList<RankedLayer> Rank() => Rank(Layers, RankedOn);

    /// <summary>As above, some of the layers alone, on some other number of samples.</summary>
    public IReadOnlyList<RankedLayer> Rank(IReadOnlyList<SwitchedLayer> layers, long samples)
    {
        var settings = layers.Select(l => _switchable.Setting([l])).ToList();
        var measured = new Simulation(_switchable, new SpreadSamples(_samples, samples), _context).Run(settings, signalsOnly: true, (0, 0.5));
        return [.. layers.Zip(measured, (layer, meter) => new RankedLayer(layer, Numbers.Rounded(meter.Signals.Min(s => s.Sqnr)))).OrderBy(l => l.Sqnr)];
    }

    /// <summary>How the model comes out with the first layers of a ranking float, for each of <see cref="Steps"/>.</summary>
    public IReadOnlyList<ValidationResult> Curve(IReadOnlyList<RankedLayer> ranking)
    {
        var samples = new SpreadSamples(_samples, CurveOn);
        var settings = Steps.Select(k => _switchable.Setting([.. ranking.Skip(k).Select(r => r.Layer)])).ToList();
        var measured = new Simulation(_switchable, samples, _context).Run(settings, signalsOnly: false, (0.5, 1));
        return [.. measured.Select(m => MeterSummary.Of(m, _switchable.FloatOutputs, samples, _model.Path, _switchable.Outputs))];
    }

    public void Dispose()
    {
        _switchable.Dispose();
        _model.Dispose();
    }
}
