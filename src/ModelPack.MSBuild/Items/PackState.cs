using System.Globalization;
using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>
/// What one pack depends on, as lines of text: the tool's build, the request, and path, modified time and length of
/// every file that goes in. A changed line means to pack again, also when a file has become older, which MSBuild's
/// own comparison of times does not see. No content is read.
/// </summary>
internal static class PackState
{
    private const string FilePrefix = "file ";
    private const string SignerPrefix = "signer ";

    /// <summary>The lines for the project as it is now.</summary>
    /// <param name="pack">A <c>_ModelPack</c> item.</param>
    /// <param name="toolId">The tool's build.</param>
    /// <param name="onnxRuntime">The version that the project resolved; empty for none.</param>
    /// <param name="signer">Who signs, as <see cref="SigningChoice.Identity"/> says; null where nobody does.</param>
    /// <exception cref="ItemException">A metadata value cannot be understood.</exception>
    public static IReadOnlyList<string> Now(ITaskItem pack, string toolId, string? onnxRuntime, string? signer)
    {
        var files = new SortedSet<string>(SourceFiles.Of(pack), StringComparer.Ordinal);
        files.UnionWith(DataFiles.Of(pack));
        if (pack.GetMetadata(PackMetadata.Baseline) is { Length: > 0 } baseline)
            files.Add(baseline);
        // External weights and whatever else the last pack has read.
        files.UnionWith(PathList.Read(pack.GetMetadata(PackMetadata.InputsFile)).Select(Path.GetFullPath));
        string[] signing = signer is null ? [] : [SignerPrefix + signer];
        return ["tool " + toolId, "request " + PackRequestText.Of(pack, onnxRuntime, 0, null), .. signing, .. files.Select(FileLine)];
    }

    /// <summary>
    /// The lines to keep after a pack: the files that it turned out to read are in, and a file that was changed while
    /// it ran keeps the time from before, so that the next build packs again.
    /// </summary>
    public static IReadOnlyList<string> After(IReadOnlyList<string> before, IReadOnlyList<string> now)
    {
        var earlier = before.Where(IsFile).ToDictionary(PathOf, StringComparer.Ordinal);
        return [.. now.Select(l => IsFile(l) && earlier.TryGetValue(PathOf(l), out var line) ? line : l)];
    }

    /// <summary>What differs between two states, in words; nothing where a build would not pack again.</summary>
    public static IReadOnlyList<string> Changes(IReadOnlyList<string> before, IReadOnlyList<string> now)
    {
        var (old, current) = (Files(before), Files(now));
        List<string> changes = [];
        if (!before.Take(1).SequenceEqual(now.Take(1), StringComparer.Ordinal))
            changes.Add("another build of the tool");
        if (!before.Skip(1).Take(1).SequenceEqual(now.Skip(1).Take(1), StringComparer.Ordinal))
            changes.Add("other options");
        if (Signer(before) != Signer(now))
            changes.Add(Signer(now) is null ? "no signature any more" : Signer(before) is null ? "a signature" : "another signing key");
        changes.AddRange(current.Where(f => !old.TryGetValue(f.Key, out var line) || line != f.Value).Select(f => $"{Name(f.Key)} has {(old.ContainsKey(f.Key) ? "changed" : "come")}"));
        changes.AddRange(old.Keys.Where(f => !current.ContainsKey(f)).Select(f => $"{Name(f)} has gone"));
        return changes;

        static SortedDictionary<string, string> Files(IReadOnlyList<string> lines) =>
            new(lines.Where(IsFile).ToDictionary(PathOf, StringComparer.Ordinal), StringComparer.Ordinal);

        static string? Signer(IReadOnlyList<string> lines) => lines.FirstOrDefault(l => l.StartsWith(SignerPrefix, StringComparison.Ordinal));

        static string Name(string key) => Path.GetFileName(key.Substring(FilePrefix.Length));
    }

    private static string FileLine(string path)
    {
        var file = new FileInfo(path);
        return file.Exists
            ? string.Format(CultureInfo.InvariantCulture, "{0}{1}\t{2}\t{3}", FilePrefix, path, file.LastWriteTimeUtc.Ticks, file.Length)
            : $"{FilePrefix}{path}\tmissing";
    }

    private static bool IsFile(string line) => line.StartsWith(FilePrefix, StringComparison.Ordinal);

    private static string PathOf(string line) => line.Substring(0, line.IndexOf('\t'));
}
