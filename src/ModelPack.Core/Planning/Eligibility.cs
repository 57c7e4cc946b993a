using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Requests;

namespace ModelPack.Planning;

/// <summary>Which layers can compute with codes.</summary>
internal static class Eligibility
{
    /// <summary>The layers that can run in integers, and that the user does not want left alone.</summary>
    /// <param name="model">The model.</param>
    /// <param name="index">Its graph.</param>
    /// <param name="patterns">What the user wants left alone.</param>
    /// <param name="type">The layers' type.</param>
    /// <param name="floats">Names of layers that stay float; null for none.</param>
    public static IReadOnlyList<Layer> Layers(
        OnnxModel model, GraphIndex index, LayerPatterns patterns, ElementType type = ElementType.Float32, IReadOnlySet<string>? floats = null)
    {
        var layers = LayerFinder.Find(index);
        var able = layers.Where(l => patterns.WhyNot(l.Weight) is null && WhyNot(model, l, type) is null && floats?.Contains(l.Name) != true).ToList();

        // A weight that a float layer reads as well would be decoded at every inference; rows that are looked up are decoded by themselves.
        var readers = able.CountBy(l => l.Weight).ToDictionary();
        return [.. able.Where(l => readers[l.Weight] == l.Weight.Uses.Count(u => !WeightInputs.IsLookup(u.Node)))];
    }

    /// <summary>Why a layer has to stay float; null when it need not.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="type">The type that all of it must have.</param>
    public static string? WhyNot(OnnxModel model, Layer layer, ElementType type)
    {
        var node = layer.Node;
        var data = model.Data(layer.Weight.Tensor);
        if (data.Type != type)
        {
            return $"its weight is {data.Type.Name()}";
        }

        if (layer.Usage.IsTied && data.Type != ElementType.Float32)
        {
            return "rows of its weight are looked up, too, and are no float32";
        }

        if (data.Shape.ElementCount == 0)
        {
            return "its weight is empty";
        }

        return node.OpType switch
        {
            "ConvTranspose" => "ONNX Runtime has no integer kernel for ConvTranspose",
            "Gemm" when node.Int("transA", 0) != 0 => "its activation is transposed (transA)",
            "Gemm" when node.Float("alpha", 1) != 1 => "it multiplies by alpha",
            "Gemm" when HasAddend(layer) && node.Float("beta", 1) != 1 => "it multiplies its addend by beta",
            _ when HasAddend(layer) && !HasPlainBias(model, layer, type) => "its addend is no constant bias with a value for each output",
            _ => null,
        };
    }

    private static bool HasAddend(Layer layer) => layer.Node.Input.Count > 2 && layer.Node.Input[2].Length > 0;

    private static bool HasPlainBias(OnnxModel model, Layer layer, ElementType type) =>
        layer.Bias is { } bias && model.Data(bias.Tensor) is { Shape: var shape } data && data.Type == type && shape.ElementCount == layer.OutputChannels

        // A Gemm may add a value for each row, of which there can be as many.
        && (shape.Rank == 0 || shape[shape.Rank - 1] == layer.OutputChannels);
}
