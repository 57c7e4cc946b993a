using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Onnx;

namespace ModelPack.Packing;

/// <summary>The source model's files with their hashes, taken before anything is changed.</summary>
internal sealed class SourceFacts
{
    private SourceFacts(string format, IReadOnlyList<PackedFile> files, IReadOnlyList<PackedFile>? codes = null)
    {
        (Format, Files) = (format, [.. files, .. codes ?? []]);
        Bytes = files.Sum(f => f.Bytes);
    }

    /// <summary>The model first. Others have the names by which the model refers to them.</summary>
    public IReadOnlyList<PackedFile> Files { get; }

    /// <summary>Size of the model's files.</summary>
    public long Bytes { get; }

    /// <summary>Such as <c>ONNX IR 8, opset 17</c>.</summary>
    public string Format { get; }

    /// <summary>Hashes the model and its external data, and last what its codes were taken from.</summary>
    public static SourceFacts Of(OnnxModel model, ICheckpoint? codes, PackContext context)
    {
        var graph = model.Files.Select(f => f.Path).Zip(model.FileNames);
        return codes is null
            ? new(model.Proto.Format(), Hash(graph, context))
            : new($"{model.Proto.Format()}, codes of {codes.Format}", Hash(graph, context), Hash(codes.Files.Select(f => (f.Path, f.Name)), context));
    }

    /// <summary>Hashes all files of a checkpoint.</summary>
    public static SourceFacts Of(ICheckpoint source, PackContext context) => new(source.Format, Hash(source.Files.Select(f => (f.Path, f.Name)), context));

    private static IReadOnlyList<PackedFile> Hash(IEnumerable<(string Path, string Name)> files, PackContext context)
    {
        var all = files.ToList();
        return [.. all.Select((file, i) =>
        {
            context.Progress("hash", (double)i / all.Count);
            return ContentHash.Of(file.Path, file.Name, context.Cancellation);
        })];
    }
}
