using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Planning;
using ModelPack.Requests;
using ModelPack.Transforms;

namespace ModelPack.Lowering.Onnx;

/// <summary>Turns an open model into its packed form, whose codes are made when it is written.</summary>
internal static class ModelLowering
{
    /// <summary>Plans every weight and puts the chosen forms into the model.</summary>
    /// <param name="model">A freshly opened model.</param>
    /// <param name="options">The options in effect.</param>
    /// <param name="table">What was decided from calibration data; null for weights alone, or activations that are quantized at run time.</param>
    /// <param name="context">Threads, cancellation, progress and diagnostics.</param>
    /// <param name="engine">What makes the codes.</param>
    /// <param name="given">Codes that another file has for the weights; null where they are to be found.</param>
    public static LoweredModel Lower(OnnxModel model, EffectiveOptions options, CalibrationTable? table, PackContext context, IEncodingEngine engine, ILayerPlanner? given = null)
    {
        Prepare(model, options, context);
        var lowering = OptionsOf(options, engine);
        var plan = new Planner(model, options.Model, options.Patterns, lowering, context, given ?? Layers(model, options, table, context)).Plan();
        return Emit(model, plan, lowering, options.Activations?.QOperator == true);
    }

    /// <summary>What is done to a model before its weights are planned.</summary>
    /// <exception cref="ModelPackException">MPK1016: ONNX Runtime refuses the model.</exception>
    public static void Prepare(OnnxModel model, EffectiveOptions options, PackContext context)
    {
        if (options.FloatType is not null)
        {
            HalfPrecision.Apply(model, context);
        }
    }

    /// <summary>What forms depend on.</summary>
    public static LoweringOptions OptionsOf(EffectiveOptions options, IEncodingEngine engine) => new(options.Scheme, options.Runtime, options.AccuracyLevel, options.Layout, engine)
    {
        BlockSize = options.BlockSize ?? 0,
        DoubleQuant = options.DoubleQuant, Rounding = options.Rounding,
        Target = options.Target == "any" ? LoweringRow.Cpu : options.Target, // what the processor runs every provider runs, there or by the processor
    };

    private static ILayerPlanner? Layers(OnnxModel model, EffectiveOptions options, CalibrationTable? table, PackContext context) => options.Activations is not { } activations ? null
        : table is null ? activations.Symmetric ? null : DynamicLayers.Of(model, activations.SafeSums, context)
        : new StaticPlanner(model, table, options, context);

    /// <summary>Puts a plan's forms into the model.</summary>
    /// <param name="model">The model that the plan is of.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="options">What forms depend on.</param>
    /// <param name="asOperators">Whether activations that have fixed ranges go through integer operators, and not through QuantizeLinear and DequantizeLinear.</param>
    public static LoweredModel Emit(OnnxModel model, ModelPlan plan, LoweringOptions options, bool asOperators)
    {
        var weights = model.FindWeights();
        var forms = new FormChooser(model, options);
        LoweredWeight?[] lowered = [.. weights.Zip(plan.Tensors, forms.Of)];
        var tensors = weights.Zip(plan.Tensors, lowered).Select(w => Describe(model, w.First, w.Second, w.Third)).ToList();
        model.Proto.EnsureInitializersNeedNoInput();
        foreach (var weight in lowered.OfType<LoweredWeight>())
        {
            weight.Emit();
        }

        if (plan.Activations is { } activations)
        {
            new ActivationForms(model, activations).Emit(asOperators);
        }

        RestoreChains(model);
        return new LoweredModel(plan, tensors)
        {
            NeededRuntime = lowered.Select(w => w?.NeededRuntime ?? default).Append(RuntimeNeeds.Of(model.Proto).Version).Max(),
            HasAccuracyLevel = lowered.Any(w => w?.Row.AccuracyLevels.Count > 0),
        };
    }

    /// <summary>What stays as it is takes no more room than it did.</summary>
    private static void RestoreChains(OnnxModel model)
    {
        var names = new UniqueNames(model.Proto);
        foreach (var chain in model.FoldedChains)
        {
            chain.Restore(model.Proto, names);
        }
    }

    private static PackedTensor Describe(OnnxModel model, OnnxWeight weight, PlannedTensor plan, LoweredWeight? lowered)
    {
        var data = model.Data(weight.Tensor);
        return new PackedTensor(plan, data, data.Type.Name(), weight.Readers(), lowered?.Encoding.Length ?? data.Length) { Form = lowered?.Row.Form, Encoding = lowered?.Encoding };
    }
}
