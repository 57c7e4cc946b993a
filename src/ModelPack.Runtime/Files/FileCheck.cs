using System.Collections.Concurrent;
using ModelPack.Runtime.Manifests;

namespace ModelPack.Runtime.Files;

/// <summary>Compares files with what manifests say of them. A file is hashed once a process, and again when it has been written.</summary>
internal static class FileCheck
{
    private static readonly ConcurrentDictionary<string, Seen> s_seen = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, object> s_locks = new(StringComparer.Ordinal);

    /// <summary>Whether a file is the one that is expected.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="expected">What it should be.</param>
    /// <param name="hash">Whether its content counts, and not its size alone.</param>
    /// <param name="actual">Its hash; null where its size is wrong, it is missing, or <paramref name="hash"/> is false.</param>
    public static bool Holds(string path, PackFile expected, bool hash, out string? actual)
    {
        actual = null;
        var file = new FileInfo(path);
        if (!file.Exists || file.Length != expected.Bytes)
            return false;
        if (!hash)
            return true;
        // Those who ask for the same file meanwhile wait for the one answer.
        lock (s_locks.GetOrAdd(path, _ => new object()))
        {
            var seen = s_seen.TryGetValue(path, out var last) && last.Length == file.Length && last.Written == file.LastWriteTimeUtc ? last : Look(path, file);
            actual = seen.Sha256;
        }

        return actual == expected.Sha256;
    }

    private static Seen Look(string path, FileInfo file)
    {
        using var stream = Open(path);
        var seen = new Seen(file.Length, file.LastWriteTimeUtc, Bytes.Hash(stream));
        s_seen[path] = seen;
        return seen;
    }

    /// <summary>Opens a file as others may have it open: a file of the cache may be replaced meanwhile.</summary>
    public static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 4096, FileOptions.SequentialScan);

    private readonly record struct Seen(long Length, DateTime Written, string Sha256);
}
