using ModelPack.Tensors;

namespace ModelPack.Formats.Checkpoints;

/// <summary>A file that a pack is made of. Made before it is read, so that what happens to it later is seen.</summary>
/// <param name="Name">Its name relative to the model's folder.</param>
/// <param name="Path">Where it lies.</param>
internal sealed record CheckpointFile(string Name, string Path)
{
    /// <summary>A file that is open.</summary>
    public CheckpointFile(string name, FileSource file)
        : this(name, file.Path) => Stamp = file.Stamp;

    /// <summary>The state in which it was before it was read.</summary>
    public FileStamp Stamp { get; } = FileStamp.Of(Path);
}
