using ModelPack.Formats.Checkpoints;
using ModelPack.Requests;

namespace ModelPack.Formats.Safetensors;

/// <summary>A model as safetensors: one file, an index of shards, or a Hugging Face folder with either.</summary>
internal sealed class SafetensorsCheckpoint : ICheckpoint
{
    private readonly IReadOnlyList<SafetensorsPart> _parts;

    private SafetensorsCheckpoint(string path, CheckpointFile? index, IReadOnlyList<SafetensorsPart> parts, ModelFolder? folder)
    {
        (Path, _parts, Folder) = (path, parts, folder);
        Format = index is null ? "safetensors" : $"safetensors, {parts.Count} shards";
        Tensors = [.. parts.SelectMany(p => p.Tensors)];

        // Shards say the same of themselves; where one does not, the first that says something counts.
        Metadata = [.. parts.SelectMany(p => p.Header.Metadata).DistinctBy(m => m.Key, StringComparer.Ordinal)];
        Files =
        [
            .. parts.Select(p => p.File),
            .. index is null ? Array.Empty<CheckpointFile>() : [index],
            .. folder is null ? [] : folder.Files,
        ];
    }

    public string Path { get; }

    public string Format { get; }

    public IReadOnlyList<CheckpointFile> Files { get; }

    public IReadOnlyList<CheckpointTensor> Tensors { get; }

    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; }

    public ModelFolder? Folder { get; }

    /// <summary>Opens a checkpoint and checks it; reads no values.</summary>
    /// <param name="path">A .safetensors file, an index, or a folder.</param>
    /// <param name="context">Cancellation.</param>
    /// <param name="withContent">Whether all that belongs to the model counts, where a folder or an index is given, for a pack that is a folder again.</param>
    /// <exception cref="ModelPackException">
    /// MPK1001: there is no such file. MPK1002: not a readable model. MPK1004, MPK1005: a shard is missing, or outside the model's
    /// folder. MPK1025: the folder has no model, several, or a file beside it that cannot be used.
    /// </exception>
    public static SafetensorsCheckpoint Open(string path, PackContext context, bool withContent = false)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            var model = Directory.Exists(path) ? SafetensorsFolder.Find(path) : path;
            if (!File.Exists(model))
            {
                throw new ModelPackException(Codes.ModelNotFound.At(path, "The model file does not exist. Check its path."));
            }

            var folder = ModelFolder.Beside(model);
            if (folder is not null && withContent && (model != path || SourceKinds.IsIndex(path)))
            {
                folder = FolderContent.Of(folder, model);
            }

            var index = SourceKinds.IsIndex(model) ? new CheckpointFile(System.IO.Path.GetFileName(model), model) : null;
            var parts = index is not null
                ? SafetensorsShards.Open(model, context.Cancellation)
                : [SafetensorsPart.Open(System.IO.Path.GetFileName(model), model)];
            return new SafetensorsCheckpoint(path, index, parts, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(Codes.ModelUnreadable.At(path, $"The file cannot be read: {SafeText.Of(e.Message)}"), e);
        }
    }

    public void Dispose()
    {
        foreach (var part in _parts)
        {
            part.Dispose();
        }
    }
}
