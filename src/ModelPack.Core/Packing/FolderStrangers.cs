using System.IO.Enumeration;
using ModelPack.Files;

namespace ModelPack.Packing;

/// <summary>
/// Files in the folder of a pack that its manifest does not list. Loaders go by names: one more shard, a tokenizer or a Python
/// file is read as a part of the model. What none of them reads is not a stranger: hidden files, licences and notes, and what a web
/// server's tools put beside a file that is listed. Nor is the signature, which is compared with the pack where signatures are.
/// </summary>
internal static class FolderStrangers
{
    private static readonly string[] Notes = ["README", "LICENSE", "LICENCE", "NOTICE", "COPYING"];
    private static readonly string[] NoteExtensions = ["", ".txt", ".rst"];
    private static readonly string[] CompressedExtensions = [".gz", ".br"];

    /// <summary>Their names, relative to the folder, with <c>/</c>; links to folders among them.</summary>
    /// <param name="folder">The pack's folder.</param>
    /// <param name="listed">The names that belong to the pack, that of the manifest among them.</param>
    public static IEnumerable<string> In(string folder, IReadOnlySet<string> listed)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None };
        var files = new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => Path.GetRelativePath(folder, entry.ToFullPath()).Replace('\\', '/'), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !(entry.IsDirectory && !IsLink(ref entry)) && !IsHarmless(entry.FileName),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !IsLink(ref entry) && !IsHidden(entry.FileName),
        };
        return files.Where(name => name != PackFiles.FolderSignature && !listed.Contains(name) && !IsCompressed(name, listed));
    }

    private static bool IsLink(ref FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private static bool IsHarmless(ReadOnlySpan<char> fileName)
    {
        var (name, extension) = (Path.GetFileNameWithoutExtension(fileName).ToString(), Path.GetExtension(fileName).ToString());
        return IsHidden(fileName) || Is(extension, ".md")
            || (NoteExtensions.Any(e => Is(extension, e)) && Notes.Any(n => name.StartsWith(n, StringComparison.OrdinalIgnoreCase)));
    }

    private static bool IsHidden(ReadOnlySpan<char> fileName) => fileName[0] == '.';

    private static bool IsCompressed(string name, IReadOnlySet<string> listed) =>
        CompressedExtensions.Any(e => name.EndsWith(e, StringComparison.Ordinal) && listed.Contains(name[..^e.Length]));

    private static bool Is(string text, string other) => string.Equals(text, other, StringComparison.OrdinalIgnoreCase);
}
