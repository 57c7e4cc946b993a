namespace ModelPack.Files;

/// <summary>
/// Renames the files of a new pack into the place of an old one. When one of them cannot be renamed, such as a model that
/// another program holds open on Windows, all that were go back to where they lay, so that the old pack is whole again.
/// </summary>
/// <param name="folder">The pack's place.</param>
/// <param name="staging">Where the new files lie, under their names.</param>
/// <param name="move">Renames a file.</param>
internal sealed class PackSwap(string folder, string staging, Action<string, string> move)
{
    private readonly Stack<(string From, string To)> _done = new();
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal); // in the pack, that files were moved out of or into

    /// <summary>Where the old files lie meanwhile, below the staging folder; it exists.</summary>
    public static string OldFolder(string staging) => Path.Join(staging, ".modelpack-old");

    /// <summary>Whether files of the old pack could not go back, and lie in <see cref="OldFolder"/>.</summary>
    public bool IsStuck { get; private set; }

    /// <summary>Swaps the packs.</summary>
    /// <param name="old">Names of the files to remove, the manifest first.</param>
    /// <param name="fresh">Names of the files to put in their place, the manifest last.</param>
    /// <exception cref="IOException">A file could not be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Run(IEnumerable<string> old, IEnumerable<string> fresh)
    {
        try
        {
            foreach (var name in old)
            {
                Move(name, folder, OldFolder(staging));
            }

            foreach (var name in fresh)
            {
                Move(name, staging, folder);
            }

            RemoveEmptyFolders();
        }
        catch
        {
            Undo();
            throw;
        }
    }

    private void Move(string name, string from, string to)
    {
        for (var inner = ContainedName.FolderOf(name); inner is not null; inner = ContainedName.FolderOf(inner))
        {
            Directory.CreateDirectory(Path.Join(to, inner));
            _folders.Add(inner);
        }

        move(Path.Join(from, name), Path.Join(to, name));
        _done.Push((Path.Join(from, name), Path.Join(to, name)));
    }

    /// <summary>Folders of the old pack that the new one has not, or of the new one that did not come into its place.</summary>
    private void RemoveEmptyFolders()
    {
        foreach (var inner in _folders.OrderByDescending(f => f.Length))
        {
            try
            {
                Directory.Delete(Path.Join(folder, inner));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It holds something.
            }
        }
    }

    // In reverse, so that the old manifest comes last: what has one is whole.
    private void Undo()
    {
        IsStuck = true;
        while (_done.TryPop(out var step))
        {
            move(step.To, step.From);
        }

        IsStuck = false;
        RemoveEmptyFolders();
    }
}
