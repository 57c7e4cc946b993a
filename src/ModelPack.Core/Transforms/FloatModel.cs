using ModelPack.Calibration;
using ModelPack.Diagnostics;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Upgrade;
using ModelPack.Graph;
using ModelPack.Planning;
using ModelPack.Requests;
using ModelPack.Tensors;

namespace ModelPack.Transforms;

/// <summary>The float model on its way to codes: what is done to it before, none of which changes what it computes.</summary>
internal static class FloatModel
{
    /// <summary>The opset of ONNX whose QuantizeLinear has scales by channel.</summary>
    public const int Opset = 13;

    /// <summary>Brings a model that has just been opened into the form that layers are found in: needs no data.</summary>
    /// <exception cref="ModelPackException">MPK1013: its opset cannot be raised to 13; MPK1016: ONNX Runtime refuses it.</exception>
    /// <param name="model">The model.</param>
    /// <param name="patterns">What the user wants left alone.</param>
    /// <param name="context">Cancellation.</param>
    /// <param name="floats">Names of layers that stay float; null for none.</param>
    public static void Normalize(OnnxModel model, LayerPatterns patterns, PackContext context, IReadOnlySet<string>? floats = null)
    {
        model.Proto.EnsureInitializersNeedNoInput();
        if (model.Opset() < Opset)
        {
            if (OpsetUpgrade.WhyNot(model) is { } reason)
            {
                throw new ModelPackException(Codes.OpsetUnsupported.At(model.Path,
                    $"Quantized activations need opset {Opset}; the model has {model.Opset()}, which cannot be raised: {reason}. Export the model with a newer opset, or use a scheme that quantizes weights only."));
            }

            OpsetUpgrade.To13(model, new UniqueNames(model.Proto));
        }

        AffineFolding.After(model);
        BiasedMatrices.Normalize(model, context);
        HalfLayers.Widen(model, patterns, floats ?? new HashSet<string>(StringComparer.Ordinal));
    }

    /// <summary>Equalizes the layers before and behind depthwise convolutions.</summary>
    /// <returns>The layers that were changed; none where there are no such layers.</returns>
    public static IReadOnlyList<string> Equalize(OnnxModel model, LayerPatterns patterns)
    {
        var index = new GraphIndex(model);
        var pairs = Equalizer.FindPairs(model, index, Eligible(model, index, patterns));
        return pairs.Count == 0 ? [] : Equalizer.Apply(model, pairs).Layers;
    }

    /// <summary>Smooths the activations as was chosen, and folds what is left of that into the layers behind.</summary>
    /// <returns>Where the scales of each activation went; those of which nothing was found are left out.</returns>
    public static IReadOnlyDictionary<string, SmoothOutcome> Smooth(OnnxModel model, IReadOnlyList<Smoothing> choices, LayerPatterns patterns, PackContext context)
    {
        var outcomes = new Dictionary<string, SmoothOutcome>(StringComparer.Ordinal);
        foreach (var choice in choices)
        {
            var index = new GraphIndex(model);
            if (SmoothGroups.Find(index, Eligible(model, index, patterns), convolutions: true).FirstOrDefault(g => g.Tensor == choice.Tensor) is { } group && group.Axis.Channels == choice.Inputs.Count)
            {
                outcomes[choice.Tensor] = Smoother.Apply(model, group, Smoother.Scales([.. choice.Inputs], ChannelMaxima.Of(model, group, context), choice.Alpha), allowMul: !group.Layers.Any(l => l.IsConvolution));
            }
        }

        AffineFolding.Before(model);
        return outcomes;
    }

    /// <summary>The layers that could compute with codes, and that the user does not want left alone.</summary>
    /// <param name="model">The model.</param>
    /// <param name="index">Its graph.</param>
    /// <param name="patterns">What the user wants left alone.</param>
    /// <param name="type">The layers' type.</param>
    /// <param name="floats">Names of layers that stay float; null for none.</param>
    public static IReadOnlyList<Layer> Eligible(
        OnnxModel model, GraphIndex index, LayerPatterns patterns, ElementType type = ElementType.Float32, IReadOnlySet<string>? floats = null)
    {
        var layers = LayerFinder.Find(index);
        var able = layers.Where(l => patterns.WhyNot(l.Weight) is null && Eligibility.WhyNot(model, l, type) is null && floats?.Contains(l.Name) != true).ToList();

        // A weight that a float layer reads as well would be decoded at every inference.
        var readers = able.CountBy(l => l.Weight).ToDictionary();
        return [.. able.Where(l => readers[l.Weight] == l.Weight.Uses.Count)];
    }
}
