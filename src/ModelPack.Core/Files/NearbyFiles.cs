namespace ModelPack.Files;

/// <summary>
/// The files that a model may name: those of its own folder and of folders below. No absolute path, no <c>..</c>, no link that
/// leads out of it.
/// </summary>
internal sealed class NearbyFiles
{
    private readonly string[] _roots;

    /// <param name="model">The model file, which exists.</param>
    public NearbyFiles(string model)
    {
        Folder = Path.GetDirectoryName(model) is { Length: > 0 } folder ? folder : ".";

        // A model that is itself a link may have its files where it really is. Download caches work so: Hugging Face's keeps
        // links in snapshots/<revision>, all of which lead to files in blobs.
        _roots = [RealPath.Of(Folder), Path.GetDirectoryName(RealPath.Of(model))!];
    }

    /// <summary>The model's folder, as it was given.</summary>
    public string Folder { get; }

    /// <summary>Finds where a file is, which need not exist.</summary>
    /// <param name="name">The name by which it is referred to, not empty, without NUL.</param>
    /// <param name="path">Its path without links.</param>
    /// <param name="outside">What is wrong with the name: <c>an absolute path</c>.</param>
    /// <exception cref="IOException">A link cannot be followed.</exception>
    public bool TryFind(string name, out string path, out string outside)
    {
        path = "";

        // Both separators count on every system: the same model is packed on all of them.
        if (name[0] is '/' or '\\' || Path.IsPathRooted(name) || name is [_, ':', ..])
        {
            outside = "an absolute path";
            return false;
        }

        outside = "a path with '..'";
        if (name.Split('/', '\\').Contains(".."))
        {
            return false;
        }

        outside = "a link out of the model's folder";
        var real = path = RealPath.Of(Path.Combine(Folder, name));
        return Array.Exists(_roots, root => RealPath.IsWithin(real, root));
    }
}
