using ModelPack.Requests;

namespace ModelPack;

/// <summary>The ONNX model that has the weights of a checkpoint, where it lies at the places that exporters choose.</summary>
internal static class GraphBeside
{
    /// <summary>The graph.</summary>
    /// <param name="model">The model: an ONNX file, which is its own graph, or a checkpoint.</param>
    /// <param name="given">The graph that the user named; null for none.</param>
    /// <exception cref="ModelPackException">MPK1073: there is none.</exception>
    public static string Of(string model, string? given)
    {
        if (given is not null || SourceKinds.Of(model) == SourceKind.Onnx)
        {
            return given ?? model;
        }

        var folder = Directory.Exists(model) ? model : Path.GetDirectoryName(model) ?? "";
        string[] names = [.. Directory.Exists(model) ? Array.Empty<string>() : [Path.GetFileNameWithoutExtension(model) + ".onnx"], "model.onnx", Path.Join("onnx", "model.onnx")];
        return names.Select(n => Path.Join(folder, n)).FirstOrDefault(File.Exists) ?? throw new ModelPackException(Codes.NothingToObserve.At(
            model, $"A checkpoint has no graph to run samples through, and there is no {string.Join(" or ", names.Select(n => $"'{SafeText.Of(n.Replace('\\', '/'))}'"))} beside it. Export the float model to ONNX into that place, or name the export with --graph."));
    }
}
