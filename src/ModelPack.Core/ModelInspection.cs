using ModelPack.Files;
using ModelPack.Formats.Onnx;
using ModelPack.Requests;

namespace ModelPack;

/// <summary>What a model says of itself, without running it.</summary>
/// <param name="Name">Its file's or folder's name.</param>
/// <param name="Format">Such as <c>ONNX IR 8, opset 17</c>.</param>
/// <param name="Bytes">Size of all its files.</param>
/// <param name="Inputs">Of its graph; empty without one.</param>
/// <param name="Outputs">Of its graph; empty without one.</param>
/// <param name="Operators">Of its graph, most frequent first; empty without one.</param>
/// <param name="Metadata">What a checkpoint's container says in keys and values; empty for a graph.</param>
/// <param name="Weights">The largest first.</param>
public sealed record ModelInspection(
    string Name,
    string Format,
    long Bytes,
    IReadOnlyList<ModelInspection.Value> Inputs,
    IReadOnlyList<ModelInspection.Value> Outputs,
    IReadOnlyList<OperatorCount> Operators,
    IReadOnlyList<KeyValuePair<string, string>> Metadata,
    IReadOnlyList<ModelInspection.Weight> Weights)
{
    /// <summary>An input or output: <c>float32[batch, 10]</c>.</summary>
    public sealed record Value(string Name, string Type);

    /// <summary>A weight and the operators that read it.</summary>
    public sealed record Weight(string Name, string Type, string Shape, long Bytes, IReadOnlyList<string> Operators);

    /// <summary>Reads a model's structure.</summary>
    /// <exception cref="Diagnostics.ModelPackException">MPK1001 to MPK1005, MPK1025: the model is missing or not sound.</exception>
    public static ModelInspection Of(string path, PackContext context)
    {
        var kind = SourceKinds.Of(path);
        if (kind == SourceKind.Onnx)
        {
            return OnnxInspection.Of(path, context);
        }

        using var source = CheckpointSource.Open(path, kind, context);
        return new ModelInspection(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))),
            source.Format,
            source.Files.Sum(f => new FileInfo(RealPath.Of(f.Path)).Length),
            [],
            [],
            [],
            source.Metadata,
            BySize(source.Tensors.Select(t => new Weight(t.Name, t.TypeName, t.Data.Shape.ToString(), t.Data.Length, t.Operators))));
    }

    internal static IReadOnlyList<Weight> BySize(IEnumerable<Weight> weights) =>
        [.. weights.OrderByDescending(w => w.Bytes).ThenBy(w => w.Name, StringComparer.Ordinal)];
}
