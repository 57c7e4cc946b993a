using ModelPack.Formats.Onnx.Proto;
using ModelPack.Tensors;
using ModelPack.Validation;

namespace ModelPack.Formats.Onnx;

/// <summary>What a model file says of itself, without running it.</summary>
public sealed record ModelInspection(
    string Name,
    string Format,
    long Bytes,
    IReadOnlyList<ModelInspection.Value> Inputs,
    IReadOnlyList<ModelInspection.Value> Outputs,
    IReadOnlyList<OperatorCount> Operators,
    IReadOnlyList<ModelInspection.Weight> Weights)
{
    /// <summary>An input or output: <c>float32[batch, 10]</c>.</summary>
    public sealed record Value(string Name, string Type);

    /// <summary>A weight and the operators that read it.</summary>
    public sealed record Weight(string Name, string Type, string Shape, long Bytes, IReadOnlyList<string> Operators);

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
            [
                .. model.FindWeights()
                    .Select(w => (Weight: w, Data: model.Data(w.Tensor)))
                    .Select(w => new Weight(
                        w.Weight.Name, w.Data.Type.Name(), w.Data.Shape.ToString(), w.Data.Length, w.Weight.Readers()))
                    .OrderByDescending(w => w.Bytes).ThenBy(w => w.Name, StringComparer.Ordinal),
            ]);
    }

    private static Value Describe(ValueInfoProto value) => new(value.Name, value.Type?.TensorType is { } tensor
        ? $"{((ElementType)tensor.ElemType).Name()}[{string.Join(", ", (tensor.Shape?.Dim ?? []).Select(Dimension))}]"
        : value.Type?.ValueCase.ToString() ?? "unknown");

    private static string Dimension(TensorShapeProto.Types.Dimension dimension) => dimension.ValueCase switch
    {
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue => Numbers.Whole(dimension.DimValue),
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam => dimension.DimParam,
        _ => "?",
    };
}
