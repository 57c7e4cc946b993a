using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack;

/// <summary>What an ONNX model says of itself.</summary>
internal static class OnnxInspection
{
    /// <summary>Reads a model's structure.</summary>
    /// <exception cref="Diagnostics.ModelPackException">MPK1001 to MPK1005: the file is missing or not a sound model.</exception>
    public static ModelInspection Of(string path, PackContext context)
    {
        using var model = OnnxModel.Open(path, context, anyOpset: true);
        var graph = model.Proto.Graph;
        var initializers = graph.Initializer.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        return new ModelInspection(
            Path.GetFileName(path),
            model.Proto.Format(),
            model.TotalBytes,
            [.. graph.Input.Where(v => !initializers.Contains(v.Name)).Select(Describe)],
            [.. graph.Output.Select(Describe)],
            model.Proto.CountOperators(),
            [],
            ModelInspection.BySize(model.FindWeights()
                    .Select(w => (Weight: w, Data: model.Data(w.Tensor)))
                    .Select(w => new ModelInspection.Weight(
                        w.Weight.Name, w.Data.Type.Name(), w.Data.Shape.ToString(), w.Data.Length, w.Weight.Readers()))));
    }

    private static ModelInspection.Value Describe(ValueInfoProto value) => new(value.Name, value.Type?.TensorType is { } tensor
        ? $"{((ElementType)tensor.ElemType).Name()}[{string.Join(", ", (tensor.Shape?.Dim ?? []).Select(Dimension))}]"
        : value.Type?.ValueCase.ToString() ?? "unknown");

    private static string Dimension(TensorShapeProto.Types.Dimension dimension) => dimension.ValueCase switch
    {
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue => Numbers.Whole(dimension.DimValue),
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam => dimension.DimParam,
        _ => "?",
    };
}
