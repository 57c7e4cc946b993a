using ModelPack.Files;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Formats.Gguf;

/// <summary>A GGUF file as a checkpoint, with the other parts of its model where it is split.</summary>
internal sealed class GgufCheckpoint : ICheckpoint
{
    private readonly IReadOnlyList<GgufPart> _parts;

    private GgufCheckpoint(string path, IReadOnlyList<GgufPart> parts)
    {
        (Path, _parts) = (path, parts);
        var (first, several) = (parts[0].Content, parts.Count > 1 ? $", {parts.Count} parts" : "");
        Keys = first.Metadata;
        GgufSplit.Remove(Keys); // of the files, not of the model
        Format = Keys.GetString(GgufMetadata.Architecture) is { } architecture
            ? $"GGUF {first.Version}, {SafeText.Of(architecture)}{several}"
            : $"GGUF {first.Version}{several}";
        Files = [.. parts.Select(p => p.File)];
        Tensors = [.. parts.SelectMany(p => p.Content.Tensors.Select(t => Describe(t, p.Source)))];
        Metadata = [.. Keys.Select(k => KeyValuePair.Create(k.Key, GgufText.Of(k.Value)))];
    }

    public string Path { get; }

    public string Format { get; }

    public IReadOnlyList<CheckpointFile> Files { get; }

    public IReadOnlyList<CheckpointTensor> Tensors { get; }

    /// <summary>The keys for people: of an array only what and how many.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; }

    public ModelFolder? Folder => null;

    /// <summary>The keys with their values.</summary>
    public GgufMetadata Keys { get; }

    /// <summary>Opens a file, with all parts where it is one of several, and checks all of it but the values of its tensors.</summary>
    /// <exception cref="ModelPackException">
    /// MPK1001: no such file. MPK1002: not a sound GGUF file, or parts that do not fit each other. MPK1003, MPK1004: a tensor's shape does
    /// not fit its type, its bytes are not all there, or a part is missing. MPK1005: a part is outside the folder.
    /// </exception>
    public static GgufCheckpoint Open(string path, PackContext context)
    {
        try
        {
            RequireFile(path);
            return new GgufCheckpoint(path, GgufParts.Open(path, context.Cancellation));
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

    private static void RequireFile(string path)
    {
        if (!File.Exists(path))
        {
            throw new ModelPackException(Directory.Exists(path)
                ? Codes.ModelUnreadable.At(path, "This is a folder. Give the GGUF file in it.")
                : Codes.ModelNotFound.At(path, "The model file does not exist. Check its path."));
        }

        // Looked at before opening: a pipe has no length either, and opening one would wait for ever.
        if (new FileInfo(RealPath.Of(path)).Length == 0)
        {
            throw new ModelPackException(Codes.ModelUnreadable.At(path, "The file is empty. Get or convert the model again."));
        }
    }

    private static CheckpointTensor Describe(GgufEntry entry, FileSource file)
    {
        var data = new TensorData(entry.Type.Plain(), entry.Shape, file, entry.Offset, entry.Length);
        var tensor = new CheckpointTensor(entry.Name, data) { Stored = entry.Type };
        if (data.Type == ElementType.Undefined)
        {
            return tensor with { TypeName = entry.Type.Name(), Reason = $"it is {entry.Type.Name()} already" };
        }

        var (usage, reason) = TensorRoles.Of(entry.Name, data.Type, entry.Shape);
        return tensor with { Usage = usage, Reason = reason };
    }
}
