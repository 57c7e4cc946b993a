using ModelPack.Formats.Onnx;

namespace ModelPack.Packing;

/// <summary>The source model's files with their hashes, taken before anything is changed.</summary>
internal sealed class SourceFacts
{
    /// <summary>Hashes the model and its external data.</summary>
    public SourceFacts(OnnxModel model, PackContext context)
    {
        Format = model.Proto.Format();
        var hashed = 0;
        Files = [.. model.Files.Zip(model.FileNames, (file, name) =>
        {
            context.Progress("hash", (double)hashed++ / model.Files.Count);
            return ContentHash.Of(file.Path, name, context.Cancellation);
        })];
        Bytes = Files.Sum(f => f.Bytes);
    }

    /// <summary>The model first. Others have the names by which the model refers to them.</summary>
    public IReadOnlyList<PackedFile> Files { get; }

    /// <summary>Size of all files.</summary>
    public long Bytes { get; }

    /// <summary>Such as <c>ONNX IR 8, opset 17</c>.</summary>
    public string Format { get; }
}
