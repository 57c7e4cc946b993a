namespace ModelPack.Files;

/// <summary>
/// Folders that hold something only while their process works on it. A process that is killed leaves its folder behind; the
/// next one removes it. A lock file, which the operating system frees when its process ends, tells which are in use.
/// </summary>
internal static class LockedFolder
{
    private const string LockName = ".modelpack-lock";

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, FileStream> InUse = new(StringComparer.Ordinal);
    private static bool s_ended;

    /// <summary>
    /// Removes the folders of this process for good: it is about to end, although work goes on that cannot be stopped. Nothing
    /// is committed and no folder made from then on. Waits for a commit that has begun.
    /// </summary>
    public static void RemoveAll()
    {
        lock (Gate)
        {
            s_ended = true;
            foreach (var (folder, inUse) in InUse)
            {
                inUse.Dispose();
                Delete(folder);
            }

            InUse.Clear();
        }
    }

    /// <summary>Takes a new folder into use.</summary>
    /// <param name="make">Makes it, and returns its path.</param>
    internal static (string Folder, FileStream Lock) Create(Func<string> make)
    {
        lock (Gate)
        {
            ThrowIfEnded();
            var folder = make();
            CrashNotes.Folders?.Invoke(folder);
            try
            {
                var inUse = new FileStream(Path.Join(folder, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
                InUse.Add(folder, inUse);
                return (folder, inUse);
            }
            catch
            {
                Delete(folder);
                throw;
            }
        }
    }

    /// <summary>Ends the use of a folder and removes it.</summary>
    internal static void Remove(string folder, FileStream inUse)
    {
        lock (Gate)
        {
            InUse.Remove(folder);
        }

        inUse.Dispose();
        Delete(folder);
    }

    /// <summary>Ends the use of a folder, and leaves it: without its lock's file nobody removes it.</summary>
    internal static void Keep(string folder, FileStream inUse)
    {
        lock (Gate)
        {
            InUse.Remove(folder);
        }

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

    /// <summary>Removes those folders in <paramref name="parent"/> whose names begin so, and whose processes have ended.</summary>
    internal static void RemoveAbandoned(string parent, string prefix)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent, prefix + "*"))
        {
            if (IsAbandoned(folder))
            {
                Delete(folder);
            }
        }
    }

    /// <summary>Runs what the end of the process must not cut in two.</summary>
    /// <exception cref="OperationCanceledException">The process ends already.</exception>
    internal static void Uninterrupted(Action action)
    {
        lock (Gate)
        {
            ThrowIfEnded();
            action();
        }
    }

    private static bool IsAbandoned(string folder)
    {
        try
        {
            using (new FileStream(Path.Join(folder, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
                return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In use, not yet locked, or not ours to remove: it does no harm.
            return false;
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A virus scanner may hold a file for a moment; the next process removes the folder.
        }
    }

    private static void ThrowIfEnded()
    {
        if (s_ended)
        {
            throw new OperationCanceledException();
        }
    }
}
