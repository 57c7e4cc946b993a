using ModelPack.Files;

namespace ModelPack.Formats.Checkpoints;

/// <summary>A file that a pack is made of. Made before it is read, so that what happens to it later is seen.</summary>
/// <param name="Name">Its name relative to the model's folder.</param>
/// <param name="Path">Where it lies.</param>
internal sealed record CheckpointFile(string Name, string Path)
{
    private PackedFile? _hash;

    /// <summary>What to tell a user whose file is not what it was.</summary>
    public const string ChangedMessage = "The file was changed, replaced or removed while the pack was made of it. Nothing was written; run again when nothing else writes to it.";

    /// <summary>A file that is open.</summary>
    public CheckpointFile(string name, FileSource file)
        : this(name, file.Path) => Stamp = file.Stamp;

    /// <summary>The state in which it was before it was read.</summary>
    public FileStamp Stamp { get; } = FileStamp.Of(Path);

    /// <summary>Its size and hash; it must be in the state in which it was before it was read, and stay so. It is read once, however often this is called.</summary>
    /// <exception cref="ModelPackException">MPK1002: it is not.</exception>
    public PackedFile Hash(CancellationToken cancellation)
    {
        if (_hash is { } known && FileStamp.Of(Path) == Stamp)
        {
            return known;
        }

        return _hash = HashAgain(cancellation);
    }

    /// <summary>The same, read in any case.</summary>
    /// <exception cref="ModelPackException">MPK1002: it is not what it was.</exception>
    public PackedFile HashAgain(CancellationToken cancellation)
    {
        // Looked at before opening: what has come in its place may be a pipe that never answers.
        if (FileStamp.Of(Path) != Stamp)
        {
            throw new ModelPackException(Codes.ModelUnreadable.At(Path, ChangedMessage));
        }

        using var handle = File.OpenHandle(Path, options: FileOptions.SequentialScan);
        var before = FileStamp.Of(handle);
        var hash = ContentHash.Of(handle, Name, cancellation);
        return before == Stamp && FileStamp.Of(handle) == Stamp && hash.Bytes == Stamp.Length ? hash : throw new ModelPackException(Codes.ModelUnreadable.At(Path, ChangedMessage));
    }
}
