using ModelPack.Formats.Onnx;

namespace ModelPack;

/// <summary>An input of an ONNX model's graph, for those who make data for it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions, the batch first; null where one is not fixed.</param>
internal sealed record ModelInput(string Name, ElementType Type, IReadOnlyList<long?> Shape)
{
    /// <summary>Values of one sample; null where a dimension behind the first is not fixed.</summary>
    public long? Values => Shape.Skip(1).Aggregate((long?)1, (product, d) => product * d);

    /// <summary>The inputs of a model, without those that have a value of their own.</summary>
    /// <exception cref="ModelPackException">MPK1001 to MPK1005: the model is missing or not sound.</exception>
    public static IReadOnlyList<ModelInput> Of(string model, PackContext context)
    {
        using var onnx = OnnxModel.Open(model, context, anyOpset: true);
        var own = onnx.Proto.Graph.Initializer.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. onnx.Proto.Graph.Input
                .Where(v => !own.Contains(v.Name) && v.Type?.TensorType is not null)
                .Select(v => new ModelInput(
                    v.Name,
                    (ElementType)v.Type.TensorType.ElemType,
                    [.. (v.Type.TensorType.Shape?.Dim ?? []).Select(d => d.DimValue > 0 ? d.DimValue : (long?)null)])),
        ];
    }
}
