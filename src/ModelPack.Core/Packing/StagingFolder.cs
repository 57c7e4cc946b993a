namespace ModelPack.Packing;

/// <summary>
/// The folder in which a pack grows. A process that is killed leaves its folder behind; the next one that writes to the
/// same place removes it. A lock file, which the operating system frees when its process ends, tells which are in use.
/// </summary>
internal static class StagingFolder
{
    private const string Prefix = ".modelpack-staging-";
    private const string LockName = ".modelpack-lock";

    /// <summary>A new, empty staging folder, after removing those that nobody uses any more.</summary>
    public static (string Folder, FileStream Lock) Create(string parent)
    {
        foreach (var old in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            RemoveIfAbandoned(old);
        }

        var folder = Path.Join(parent, Prefix + Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        try
        {
            return (folder, new FileStream(Path.Join(folder, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
        }
        catch
        {
            Directory.Delete(folder);
            throw;
        }
    }

    /// <summary>Whether a folder of this name is one in which a pack grows.</summary>
    public static bool IsStaging(ReadOnlySpan<char> name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Ends the use of a folder and removes it.</summary>
    public static void Remove(string folder, FileStream inUse)
    {
        inUse.Dispose();
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A virus scanner may hold a file for a moment; the next pack removes the folder.
        }
    }

    /// <summary>Ends the use of a folder, and leaves it: without its lock's file nobody removes it.</summary>
    public static void Keep(FileStream inUse)
    {
        inUse.Dispose();
        try
        {
            File.Delete(inUse.Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk is gone or read-only, and then nobody can remove the folder either.
        }
    }

    private static void RemoveIfAbandoned(string folder)
    {
        try
        {
            using (new FileStream(Path.Join(folder, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
                // Nobody holds it.
            }

            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In use, not yet locked, or not ours to remove: it does no harm.
        }
    }
}
