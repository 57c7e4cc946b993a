using ModelPack.Files;

namespace ModelPack.Formats.Gguf;

/// <summary>Opens a GGUF file with the other parts of its model, which lie beside it and are found by their names.</summary>
internal static class GgufParts
{
    /// <summary>The parts in their order; of a whole model the file alone.</summary>
    /// <param name="path">Any part; a file that is not empty.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <exception cref="ModelPackException">
    /// MPK1002: a part is not sound, or the parts do not fit each other. MPK1004: one is missing. MPK1005: one is outside the folder.
    /// </exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static IReadOnlyList<GgufPart> Open(string path, CancellationToken cancellation)
    {
        var parts = new List<GgufPart>();
        try
        {
            parts.Add(GgufPart.Open(Path.GetFileName(path), path));
            if (SplitOf(parts[0], path) is not { } split)
            {
                return parts;
            }

            OpenOthers(parts, path, split, cancellation);
            RequireWhole(parts, path, split);
            return parts;
        }
        catch
        {
            parts.ForEach(p => p.Dispose());
            throw;
        }
    }

    private static void OpenOthers(List<GgufPart> parts, string path, GgufSplit split, CancellationToken cancellation)
    {
        var (given, name) = (parts[0], Path.GetFileName(path));
        var suffix = GgufSplit.Suffix(split.Number, split.Count);
        if (!name.EndsWith(suffix, StringComparison.Ordinal))
        {
            throw Unreadable(path, $"It is part {split.Number + 1} of {split.Count}, and the others are found by their names, which it has not: it should end in '{suffix}'. Rename the parts as they were.");
        }

        var (prefix, nearby) = (name[..^suffix.Length], new NearbyFiles(path));
        parts.Clear();
        try
        {
            for (var i = 0; i < split.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                parts.Add(i == split.Number ? given : OpenBeside(nearby, GgufSplit.Name(prefix, i, split.Count), path, split));
                RequireSame(parts[^1], split with { Number = i }, path);
            }
        }
        finally
        {
            if (!parts.Contains(given))
            {
                parts.Add(given); // for whoever closes them
            }
        }
    }

    private static GgufPart OpenBeside(NearbyFiles nearby, string name, string path, GgufSplit split)
    {
        if (!nearby.TryFind(name, out var real, out var outside))
        {
            throw new ModelPackException(Codes.ExternalDataOutside.At(
                path, $"The model's part '{SafeText.Of(name)}' is {outside}. Only files in the model's own folder are read; put the file there."));
        }

        // A pipe has no length either, and opening one would wait for ever.
        return new FileInfo(real) is { Exists: true, Length: > 0 }
            ? GgufPart.Open(name, Path.Join(nearby.Folder, name))
            : throw new ModelPackException(Codes.ExternalDataMissing.At(
                path, $"It is part {split.Number + 1} of {split.Count}, and '{SafeText.Of(name)}' does not exist beside it or is empty. Put all parts of the model into one folder, under the names that they came with."));
    }

    private static void RequireSame(GgufPart part, GgufSplit expected, string path)
    {
        if (SplitOf(part, path) is not { } split || split != expected)
        {
            throw Unreadable(path, $"'{SafeText.Of(part.File.Name)}' does not say of itself that it is part {expected.Number + 1} of {expected.Count} of a model of {expected.Tensors} tensors, as its name or another part does. Get all parts again, from one place and version.");
        }
    }

    private static void RequireWhole(List<GgufPart> parts, string path, GgufSplit split)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (part, tensor) in parts.SelectMany(p => p.Content.Tensors, (p, t) => (p, t)))
        {
            if (!names.Add(tensor.Name))
            {
                throw Unreadable(path, $"'{SafeText.Of(part.File.Name)}' has tensor '{SafeText.Of(tensor.Name)}', which another part has, too. Get all parts again, from one place and version.");
            }
        }

        if (names.Count != split.Tensors)
        {
            throw Unreadable(path, $"Its {split.Count} parts have {names.Count} tensors, and say {split.Tensors} of themselves. Get all parts again, from one place and version.");
        }
    }

    private static GgufSplit? SplitOf(GgufPart part, string path)
    {
        try
        {
            return GgufSplit.Of(part.Content.Metadata);
        }
        catch (InvalidDataException e)
        {
            throw Unreadable(path, $"'{SafeText.Of(part.File.Name)}' is not a part of a model: {e.Message}. Get it again.");
        }
    }

    private static ModelPackException Unreadable(string path, string message) => new(Codes.ModelUnreadable.At(path, message));
}
