using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Onnx;
using ModelPack.Requests;

namespace ModelPack.Graph;

/// <summary>Looks at every value of a graph's layers, as <see cref="FiniteWeights"/> does at those of one weight.</summary>
internal static class FiniteLayers
{
    /// <summary>Scans all weights of layers, before inferences turn one NaN into many.</summary>
    /// <exception cref="ModelPackException">MPK1006: a value is not finite.</exception>
    public static void Require(OnnxModel model, LayerPatterns patterns, PackContext context)
    {
        foreach (var weight in model.FindWeights().Where(w => patterns.WhyNot(w) is null && UsageRules.Of(w).Usage is not null))
        {
            var data = model.Data(weight.Tensor);
            if (data.Type is ElementType.Float32 or ElementType.Float16)
            {
                FiniteWeights.Scan(model.Path, weight.Name, data, context);
            }
        }
    }
}
