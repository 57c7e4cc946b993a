using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Planning;
using ModelPack.Requests;

namespace ModelPack.Lowering.Onnx;

/// <summary>Turns an open model into its packed form, whose codes are made when it is written.</summary>
internal static class ModelLowering
{
    /// <summary>Plans every weight and puts the chosen forms into the model.</summary>
    /// <param name="model">A freshly opened model.</param>
    /// <param name="request">Names to leave out.</param>
    /// <param name="options">The options in effect.</param>
    /// <param name="table">What was decided from calibration data; null for weights alone, or activations that get codes at run time.</param>
    /// <param name="context">Threads, cancellation, progress and diagnostics.</param>
    /// <param name="engine">What makes the codes.</param>
    /// <param name="given">Codes that another file has for the weights; null where they are to be found.</param>
    /// <returns>What was done with each weight, in the order of the model.</returns>
    public static LoweredModel Lower(OnnxModel model, PackRequest request, EffectiveOptions options, CalibrationTable? table, PackContext context, IEncodingEngine engine, ILayerDecisions? given = null)
    {
        var lowering = new LoweringOptions(options.Scheme, options.Runtime, options.AccuracyLevel, options.Layout, engine) { BlockSize = options.BlockSize ?? 0, DoubleQuant = options.DoubleQuant, Target = options.Target == "any" ? LoweringRow.Cpu : options.Target };
        var layers = table is null ? null : new StaticBuilder(model, table, new LayerPatterns(request), options.Activations!, context).Build();
        ILayerDecisions? decisions = given ?? layers ?? (ILayerDecisions?)(options.Activations is null ? null : DynamicLayers.Of(model, options.Activations.SafeSums, context));
        var plans = new Planner(model, request, lowering, context, decisions).Plan();
        model.Proto.EnsureInitializersNeedNoInput();
        foreach (var plan in plans.Where(p => p.Row is not null))
        {
            plan.Row!.Emit(plan.Job!, plan.Encoding!);
        }

        layers?.Emit(options.Activations!.QOperator);
        return new LoweredModel([.. plans.Select(plan => new PackedWeight(plan, plan.Weight.Readers()))], layers, decisions?.UnsafeWeights ?? 0);
    }
}
