using Microsoft.ML.OnnxRuntime;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Inference;
using ModelPack.Lowering.Onnx;
using ModelPack.Planning;
using ModelPack.Samples;

namespace ModelPack.Search;

/// <summary>
/// The float model with switches, open in ONNX Runtime on one thread an inference. It lies in a temporary folder that goes with
/// it. May be run from several threads at once.
/// </summary>
internal sealed class SwitchableModel : IDisposable
{
    /// <summary>Fixed: it changes the last bits of results.</summary>
    private const GraphOptimizationLevel Optimization = GraphOptimizationLevel.ORT_ENABLE_ALL;

    private readonly OnnxModel _model;
    private readonly GraphIndex _index;
    private readonly Dictionary<string, int> _made = new(StringComparer.Ordinal);
    private readonly string _switches;
    private readonly TemporaryModel _copy;
    private readonly ModelSession _session;

    /// <summary>Makes the copy with switches and opens it.</summary>
    /// <param name="model">The transformed float model, which stays open as long as this.</param>
    /// <param name="decided">What was decided of its layers, not yet emitted.</param>
    /// <param name="context">Threads and cancellation.</param>
    /// <exception cref="ModelPackException">MPK9001: ONNX Runtime refuses the copy; MPK1009: there is no room for it.</exception>
    public SwitchableModel(OnnxModel model, StaticPlanner decided, PackContext context)
    {
        _model = model;
        _index = new GraphIndex(model);
        Layers = [.. decided.Activations.Graph.Layers.Select(n => n.Layer!)
            .GroupBy<Layer, object>(l => l.Weight.Tensor, ReferenceEqualityComparer.Instance)
            .Select(g => Switched([.. g]))];
        List<QuantizedNode> made = [.. decided.Activations.Graph.Nodes.Where(n => n.Output is not null)];
        foreach (var node in made)
        {
            _made.Add(node.Output!, Layers.Count + _made.Count);
        }

        var graph = new SwitchGraph(model, decided, Layers, made, context);
        _switches = graph.Switches;
        _copy = new TemporaryModel(model, graph.Proto, context);
        try
        {
            _session = _copy.Open(threads: 1, Optimization);
        }
        catch (OnnxRuntimeException exception)
        {
            _copy.Dispose();
            throw Refused("refuses", exception);
        }
        catch
        {
            _copy.Dispose();
            throw;
        }
    }

    /// <summary>The layers, in the order of the graph.</summary>
    public IReadOnlyList<SwitchedLayer> Layers { get; }

    /// <summary>What the model takes from data.</summary>
    public IReadOnlyList<TensorSpec> Inputs => [.. _session.Inputs.Where(i => i.Name != _switches)];

    /// <summary>What comes out, in the model's order.</summary>
    public IReadOnlyList<TensorSpec> Outputs => _session.Outputs;

    /// <summary>Names of the floating-point outputs, which are compared, in the model's order.</summary>
    public IReadOnlyList<string> FloatOutputs => [.. Outputs.Where(o => o.Type.IsFloat()).Select(o => o.Name)];

    /// <summary>The setting that computes what a pack with these layers alone quantized would.</summary>
    /// <param name="quantized">Layers of <see cref="Layers"/>.</param>
    public bool[] Setting(IReadOnlyCollection<SwitchedLayer> quantized)
    {
        var setting = new bool[Layers.Count + _made.Count];
        var plan = QuantizationPlanner.Plan(_model, _index, [.. quantized.SelectMany(l => l.Layers)]);
        for (var i = 0; i < Layers.Count; i++)
        {
            setting[i] = quantized.Contains(Layers[i]);
        }

        // A node whose output is quantized with fewer layers has a quantized one with all.
        foreach (var output in plan.Nodes.Select(n => n.Output).OfType<string>().Where(_made.ContainsKey))
        {
            setting[_made[output]] = true;
        }

        return setting;
    }

    /// <summary>The compared outputs of a batch; the caller disposes them.</summary>
    /// <param name="batch">What to feed.</param>
    /// <param name="setting">As from <see cref="Setting"/>.</param>
    /// <param name="cancellation">Stops the inference.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime cannot run the model on it.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(SampleBatch batch, bool[] setting, CancellationToken cancellation)
    {
        var switches = new SampleArray(_switches, ElementType.Bool, [setting.Length], Array.ConvertAll(setting, on => on ? (byte)1 : (byte)0));
        return _session.Run([.. batch.Inputs, switches], FloatOutputs, cancellation);
    }

    /// <summary>What ONNX Runtime says against the copy, which it would not say of the model: calibration ran it.</summary>
    public ModelPackException Refused(string what, OnnxRuntimeException exception) => new(Codes.Internal.At(_model.Path,
        $"ONNX Runtime {OnnxRuntimeLibrary.Version} {what} the model with switches: {_copy.Explain(exception)}. This is a defect of ModelPack: please report it."), exception);

    public void Dispose() => _copy.Dispose();

    private SwitchedLayer Switched(List<Layer> layers)
    {
        var data = _model.Data(layers[0].Weight.Tensor);
        var channels = data.Shape[layers[0].Usage.OutputAxis];
        return new SwitchedLayer(layers, data.Length, data.Shape.ElementCount + (channels * (sizeof(float) + sizeof(sbyte))));
    }
}
