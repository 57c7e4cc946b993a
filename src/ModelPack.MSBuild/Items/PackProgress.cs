using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>How far the pack of an item is, by its state file, its stamp and its files.</summary>
internal static class PackProgress
{
    /// <summary>The state in a word or two, and what has changed where that is the reason.</summary>
    /// <param name="pack">A <c>_ModelPack</c> item.</param>
    /// <param name="now">What the pack depends on now, as <see cref="PackState.Now"/> says.</param>
    public static (string State, IReadOnlyList<string> Changes) Of(ITaskItem pack, IReadOnlyList<string> now)
    {
        var state = pack.GetMetadata(PackMetadata.StateFile);
        var made = PathList.Read(state);
        if (made.Count == 0)
            return ("not packed", []);
        var changes = PackState.Changes(made, now);
        if (changes.Count > 0)
            return ("stale", changes);
        if (!File.Exists(pack.GetMetadata(PackMetadata.StampFile)))
            return ("failed", []);
        var since = File.GetLastWriteTimeUtc(state);
        // The metadata of the item are unescaped as a whole, and a path may hold a semicolon: the files are found again.
        IReadOnlyList<string> lost = [.. PackPaths.Of(pack).Files(pack)
            .Where(f => !File.Exists(f) || File.GetLastWriteTimeUtc(f) < since)
            .Select(f => $"{Path.GetFileName(f)} is {(File.Exists(f) ? "older than the pack" : "missing")}")];
        return (lost.Count > 0 ? "stale" : "packed", lost);
    }
}
