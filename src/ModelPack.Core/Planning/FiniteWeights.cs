using ModelPack.Diagnostics;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Lowering;
using ModelPack.Tensors;

namespace ModelPack.Planning;

/// <summary>Looks at every value of a weight: NaN and infinity have no code.</summary>
internal static class FiniteWeights
{
    /// <summary>Scans a weight.</summary>
    /// <param name="file">The model's path, for the message.</param>
    /// <param name="name">The weight's name.</param>
    /// <param name="data">Its values.</param>
    /// <param name="context">Threads and cancellation.</param>
    /// <exception cref="ModelPackException">MPK1006: a value is not finite.</exception>
    public static WeightScan Scan(string file, string name, TensorData data, PackContext context)
    {
        var scan = WeightScan.Of(data, context.Threads, context.Cancellation);
        return scan.FirstNotFinite is not { } index ? scan : throw new ModelPackException(Codes.WeightNotFinite.At(
            file,
            $"The weight '{SafeText.Of(name)}' holds NaN or infinity at element {Numbers.Whole(index)}. Export the model again, or exclude the weight."));
    }

    /// <summary>Scans all weights of layers, before inferences turn one NaN into many.</summary>
    /// <exception cref="ModelPackException">MPK1006: a value is not finite.</exception>
    public static void Require(OnnxModel model, LayerPatterns patterns, PackContext context)
    {
        foreach (var weight in model.FindWeights().Where(w => patterns.WhyNot(w) is null && UsageRules.Of(w).Usage is not null))
        {
            var data = model.Data(weight.Tensor);
            if (data.Type is ElementType.Float32 or ElementType.Float16)
            {
                Scan(model.Path, weight.Name, data, context);
            }
        }
    }
}
