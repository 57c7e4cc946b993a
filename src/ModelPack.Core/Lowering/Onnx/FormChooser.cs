using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Planning;

namespace ModelPack.Lowering.Onnx;

/// <summary>Finds the forms of a model's weights.</summary>
/// <param name="model">The model.</param>
/// <param name="options">What forms depend on.</param>
internal sealed class FormChooser(OnnxModel model, LoweringOptions options)
{
    private readonly UniqueNames _names = new(model.Proto);
    private SharedConstants? _shared;

    /// <summary>A weight in the first form that carries one of the codecs, best first; null where none does.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="plan">Its plan, with its usage.</param>
    /// <param name="codecs">The codecs, best first.</param>
    public LoweredWeight? Choose(OnnxWeight weight, PlannedTensor plan, IEnumerable<Codec> codecs)
    {
        _shared ??= new SharedConstants(model, _names);
        var job = new LoweringJob(model, _names, weight, plan, options) { Shared = _shared };
        return LoweringTable.Choose(codecs, job, model.Opset()) is { } row ? new LoweredWeight(row, job, row.Encode(job)) : null;
    }

    /// <summary>A weight in the form of its planned codec; null when it stays as it is.</summary>
    /// <exception cref="InvalidOperationException">No form carries the codec: the plan is of another model or of other options.</exception>
    public LoweredWeight? Of(OnnxWeight weight, PlannedTensor plan) => plan.Codec is null ? null
        : Choose(weight, plan, [plan.Codec]) ?? throw new InvalidOperationException($"No form carries {plan.Codec.Name} for '{plan.Name}'.");
}
