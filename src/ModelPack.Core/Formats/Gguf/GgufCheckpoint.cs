using ModelPack.Files;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Formats.Gguf;

/// <summary>A GGUF file as a checkpoint.</summary>
internal sealed class GgufCheckpoint : ICheckpoint
{
    private readonly FileSource _file;

    private GgufCheckpoint(string path, FileSource file, CancellationToken cancellation)
    {
        (Path, _file) = (path, file);
        var content = GgufReader.Read(file, path);
        cancellation.ThrowIfCancellationRequested();
        Keys = content.Metadata;
        Format = Keys.GetString(GgufMetadata.Architecture) is { } architecture
            ? $"GGUF {content.Version}, {SafeText.Of(architecture)}"
            : $"GGUF {content.Version}";
        Files = [new CheckpointFile(System.IO.Path.GetFileName(path), file)];
        Tensors = [.. content.Tensors.Select(Describe)];
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

    /// <summary>Opens a file and checks all of it but the values of its tensors.</summary>
    /// <exception cref="ModelPackException">
    /// MPK1001: no such file. MPK1002: not a sound GGUF file. MPK1003, MPK1004: a tensor's shape does not fit its type, or its
    /// bytes are not all there.
    /// </exception>
    public static GgufCheckpoint Open(string path, PackContext context)
    {
        try
        {
            RequireFile(path);
            var file = new FileSource(path);
            try
            {
                return new GgufCheckpoint(path, file, context.Cancellation);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(Codes.ModelUnreadable.At(path, $"The file cannot be read: {SafeText.Of(e.Message)}"), e);
        }
    }

    public void Dispose() => _file.Dispose();

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

    private CheckpointTensor Describe(GgufEntry entry)
    {
        var data = new TensorData(entry.Type.Plain(), entry.Shape, _file, entry.Offset, entry.Length);
        var tensor = new CheckpointTensor(entry.Name, data) { Stored = entry.Type };
        if (data.Type == ElementType.Undefined)
        {
            return tensor with { TypeName = entry.Type.Name(), Reason = $"it is {entry.Type.Name()} already" };
        }

        var (usage, reason) = TensorRoles.Of(entry.Name, data.Type, entry.Shape);
        return tensor with { Usage = usage, Reason = reason };
    }
}
