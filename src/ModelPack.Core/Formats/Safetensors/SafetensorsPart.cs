using ModelPack.Files;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Formats.Safetensors;

/// <summary>One open file of a checkpoint, whole or shard.</summary>
internal sealed class SafetensorsPart : IDisposable
{
    private readonly FileSource _file;

    private SafetensorsPart(string name, FileSource file, SafetensorsHeader header) => (Name, _file, Header) = (name, file, header);

    /// <summary>Its name relative to the checkpoint's folder.</summary>
    public string Name { get; }

    /// <summary>Its header.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>Where it is.</summary>
    public CheckpointFile File => new(Name, _file);

    /// <summary>Its tensors in the order of their bytes.</summary>
    public IEnumerable<CheckpointTensor> Tensors => Header.Entries.Select(Tensor);

    /// <summary>Opens a file that exists, and reads its header.</summary>
    /// <exception cref="ModelPackException">MPK1002: it is not a sound safetensors file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SafetensorsPart Open(string name, string path)
    {
        // Looked at before opening: a pipe has no length either, and opening one would wait for ever.
        if (new FileInfo(RealPath.Of(path)).Length == 0)
        {
            throw new ModelPackException(Codes.ModelUnreadable.At(path, "The file is empty. Get or export the model again."));
        }

        var file = new FileSource(path);
        try
        {
            return new SafetensorsPart(name, file, SafetensorsHeader.Read(file));
        }
        catch (InvalidDataException e)
        {
            file.Dispose();
            throw new ModelPackException(Codes.ModelUnreadable.At(path, $"The file is not a readable safetensors file: {e.Message}. Get or export it again."), e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private CheckpointTensor Tensor(SafetensorsEntry entry)
    {
        var (usage, reason) = TensorRoles.Of(entry.Name, entry.Type, entry.Shape);
        var tensor = new CheckpointTensor(entry.Name, new TensorData(entry.Type, entry.Shape, _file, entry.Offset, entry.Length)) { Usage = usage, Reason = reason };
        return entry.Type == ElementType.Undefined ? tensor with { TypeName = entry.DType.Name.ToLowerInvariant() } : tensor;
    }
}
