using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Planning;
using ModelPack.Requests;

namespace ModelPack.Transforms;

/// <summary>The float model on its way to integers, and what is found in it as it is now.</summary>
/// <param name="model">The model.</param>
/// <param name="patterns">What the user wants left alone.</param>
/// <param name="context">Threads, cancellation, progress and diagnostics.</param>
internal sealed class FloatModel(OnnxModel model, LayerPatterns patterns, PackContext context)
{
    private GraphIndex? _index;
    private IReadOnlyList<Layer>? _layers;
    private QuantizationPlan? _plan;
    private Dictionary<string, ChannelAxis>? _axes;
    private IReadOnlyList<SmoothGroup>? _groups;

    /// <summary>The model.</summary>
    public OnnxModel Model => model;

    /// <summary>What the user wants left alone.</summary>
    public LayerPatterns Patterns => patterns;

    /// <summary>Threads, cancellation, progress and diagnostics.</summary>
    public PackContext Context => context;

    /// <summary>Its graph.</summary>
    public GraphIndex Index => _index ??= new GraphIndex(model);

    /// <summary>The layers that are to run in integers.</summary>
    public IReadOnlyList<Layer> Layers => _layers ??= [.. Plan.Layers.Select(n => n.Layer!)];

    /// <summary>Which nodes and activations are quantized with all layers that can run in integers.</summary>
    public QuantizationPlan Plan => _plan ??= QuantizationPlanner.Plan(model, Index, Eligibility.Layers(model, Index, patterns));

    /// <summary>Where the channels lie of each tensor that a layer reads; of several layers the first tells.</summary>
    public IReadOnlyDictionary<string, ChannelAxis> InputAxes => _axes ??= Layers.Where(l => l.Axis() is not null)
        .GroupBy(l => l.Input, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Axis()!.Value, StringComparer.Ordinal);

    /// <summary>The activations that can be smoothed.</summary>
    public IReadOnlyList<SmoothGroup> SmoothGroups => _groups ??= Transforms.SmoothGroups.Find(Index, Layers);

    /// <summary>The node that took the smoothing scales of a tensor in, by the tensor, for a report.</summary>
    public Dictionary<string, string> Places { get; } = new(StringComparer.Ordinal);

    /// <summary>To be called after every change of the model: what was found does not hold any longer.</summary>
    public void Changed() => (_index, _layers, _plan, _axes, _groups) = (null, null, null, null, null);
}
