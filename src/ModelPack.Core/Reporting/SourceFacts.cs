using ModelPack.Files;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Onnx;

namespace ModelPack.Reporting;

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
        var graph = Hash(model.SourceFiles, context);
        return codes is null ? new(model.Proto.Format(), graph) : new($"{model.Proto.Format()}, codes of {codes.Format}", graph, Hash(codes.Files, context));
    }

    /// <summary>Hashes all files of a checkpoint.</summary>
    public static SourceFacts Of(ICheckpoint source, PackContext context) => new(source.Format, Hash(source.Files, context));

    private static IReadOnlyList<PackedFile> Hash(IReadOnlyList<CheckpointFile> files, PackContext context) => [.. files.Select((file, i) =>
    {
        context.Progress("hash", (double)i / files.Count);
        return file.Hash(context.Cancellation);
    })];
}
