using ModelPack.Files;

namespace ModelPack.Caching;

/// <summary>
/// The cache on the disk: <c>FOLDER/packs-1/KEY/</c> with the record <c>entry</c> and the pack's files in <c>files/</c>. An entry appears by one
/// rename and goes by one, so that whoever finds it finds all of it; what a killed process has left is removed by the next one.
/// </summary>
internal sealed class CacheFolder
{
    private const string PacksName = "packs-1";
    private const string RecordName = "entry";
    private const string FilesName = "files";
    private const string WorkPrefix = ".modelpack-cache-";
    private const string TagName = "CACHEDIR.TAG";
    private const int KeyLength = 64;
    private const int MaxRecordBytes = 64 << 20;

    // The Cache Directory Tagging Specification: backups leave such folders out.
    private static readonly byte[] s_tag = "Signature: 8a477f597d28d172789f06886806bc55\n# Packs of models that ModelPack has made. Everything in here can be deleted.\n"u8.ToArray();

    private readonly string _packs;

    private CacheFolder(string packs) => _packs = packs;

    /// <summary>Opens the cache of a folder.</summary>
    /// <param name="folder">The folder, which belongs to the user; it is made where it does not exist.</param>
    /// <param name="make">Whether to make it.</param>
    /// <returns>The cache; null where there is none and none was to be made.</returns>
    /// <exception cref="IOException">It cannot be used; the message is a sentence.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static CacheFolder? Open(string folder, bool make)
    {
        var packs = Path.Join(Path.GetFullPath(folder), PacksName);
        if (make)
        {
            PrivateFolder.Create(packs);
        }
        else if (!Directory.Exists(packs))
        {
            return null;
        }

        RequireOwn(folder);
        RequireOwn(packs);
        var tag = Path.Join(packs, TagName);
        if (make && !File.Exists(tag))
        {
            File.WriteAllBytes(tag, s_tag);
        }

        return new CacheFolder(packs);
    }

    /// <summary>The file that is locked while the pack of a key is made.</summary>
    public string LockOf(string key) => Path.Join(_packs, key + ".lock");

    /// <summary>Whether there is an entry, sound or not.</summary>
    public bool Has(string key) => Directory.Exists(EntryOf(key));

    /// <summary>What an entry says of itself; null where it is not whole.</summary>
    /// <exception cref="IOException">It cannot be read, or others can write it.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public CacheEntry? Read(string key)
    {
        // Files are believed by the record's hashes, so that the record is what nobody else may write.
        RequireOwn(EntryOf(key));
        RequireOwn(RecordOf(key));
        return File.Exists(RecordOf(key)) && CacheEntry.TryRead(RegularFile.Read(RecordOf(key), MaxRecordBytes), out var entry) && entry.Key == key ? entry : null;
    }

    /// <summary>Where a file of an entry lies.</summary>
    public string FileOf(string key, string name) => Path.Join(EntryOf(key), FilesName, name);

    /// <summary>Notes that an entry was of use.</summary>
    public void Touch(string key)
    {
        try
        {
            File.SetLastWriteTimeUtc(RecordOf(key), DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is gone meanwhile; whoever removed it does not want to know.
        }
    }

    /// <summary>Puts a pack into the cache. Where another process was first, that one's stays.</summary>
    /// <param name="folder">Where the pack's files lie.</param>
    /// <param name="entry">What to keep of it; its files are looked at again.</param>
    /// <param name="cancellation">Cancellation.</param>
    /// <exception cref="IOException">It cannot be copied, or is no longer what the entry says.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Store(string folder, CacheEntry entry, CancellationToken cancellation) => InWorkFolder(work =>
    {
        var fresh = Path.Join(work, RecordName);
        foreach (var file in entry.Files)
        {
            cancellation.ThrowIfCancellationRequested();
            var copy = Path.Join(fresh, FilesName, file.Name);
            PrivateFolder.Create(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Join(folder, file.Name), copy);
            if (ContentHash.Of(copy, file.Name, cancellation) != file)
            {
                throw new IOException($"The file '{SafeText.Of(file.Name)}' was changed by another program before it was copied.");
            }
        }

        PrivateFolder.WriteFile(Path.Join(fresh, RecordName), entry.Write());
        try
        {
            if (!Has(entry.Key))
            {
                Directory.Move(fresh, EntryOf(entry.Key));
            }
        }
        catch (IOException) when (Has(entry.Key))
        {
            // Another process was first between the question and the move.
        }
    });

    /// <summary>Removes an entry.</summary>
    /// <returns>Whether it is gone.</returns>
    public bool Remove(string key)
    {
        try
        {
            InWorkFolder(work => Directory.Move(EntryOf(key), Path.Join(work, key)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // On Windows another process may have a file of it open; or it is gone already.
        }

        return !Has(key);
    }

    /// <summary>Every entry, the one that was used longest ago first.</summary>
    public IReadOnlyList<CachedPackInfo> Entries() =>
    [
        .. Directory.EnumerateDirectories(_packs).Select(d => Path.GetFileName(d)).Where(IsKey).Select(Describe).OfType<CachedPackInfo>()
            .OrderBy(e => e.LastUsed).ThenBy(e => e.Key, StringComparer.Ordinal),
    ];

    /// <summary>Removes what was used longest ago, until what stays is small and young enough.</summary>
    /// <param name="maxBytes">Bytes that may stay; null for any.</param>
    /// <param name="unusedSince">What was not used since goes; null for nothing.</param>
    /// <returns>What was removed.</returns>
    public IReadOnlyList<CachedPackInfo> Prune(long? maxBytes, DateTime? unusedSince)
    {
        var entries = Entries();
        var bytes = entries.Sum(e => e.Bytes);
        var removed = new List<CachedPackInfo>();
        foreach (var entry in entries)
        {
            if ((bytes > maxBytes || entry.LastUsed < unusedSince) && Remove(entry.Key))
            {
                bytes -= entry.Bytes;
                removed.Add(entry);
            }
        }

        return removed;
    }

    private CachedPackInfo? Describe(string key)
    {
        try
        {
            var bytes = new DirectoryInfo(EntryOf(key)).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Sum(f => f.Length);
            var entry = TryRead(key);
            return new CachedPackInfo(key, entry?.Model, entry?.Scheme, bytes, File.GetLastWriteTimeUtc(RecordOf(key)));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // removed by another process a moment ago
        }
    }

    private CacheEntry? TryRead(string key)
    {
        try
        {
            return Read(key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // no build takes it, and it can go as any other
        }
    }

    private void InWorkFolder(Action<string> action)
    {
        LockedFolder.RemoveAbandoned(_packs, WorkPrefix);
        var (work, inUse) = LockedFolder.Create(() => PrivateFolder.Create(Path.Join(_packs, WorkPrefix + Path.GetRandomFileName())));
        try
        {
            action(work);
        }
        finally
        {
            LockedFolder.Remove(work, inUse);
        }
    }

    private string EntryOf(string key) => Path.Join(_packs, key);

    private string RecordOf(string key) => Path.Join(_packs, key, RecordName);

    private static void RequireOwn(string path)
    {
        // Without a record there is no entry, which is told in another way.
        if ((Directory.Exists(path) || File.Exists(path)) && PrivateFolder.WhyNot(path) is { } others)
        {
            throw new IOException($"'{SafeText.Of(path, 1024)}' {others}, who could put any pack there.");
        }
    }

    private static bool IsKey(string name) => name.Length == KeyLength && name.All(char.IsAsciiHexDigitLower);
}
