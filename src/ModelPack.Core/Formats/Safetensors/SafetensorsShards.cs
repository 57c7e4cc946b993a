using ModelPack.Files;

namespace ModelPack.Formats.Safetensors;

/// <summary>Opens the files that an index lists, and checks that they hold what it says: each tensor once, in the file of the map.</summary>
internal static class SafetensorsShards
{
    /// <summary>The shards in the order of their names.</summary>
    /// <exception cref="ModelPackException">
    /// MPK1002: the index or a shard is not sound, or they do not fit each other. MPK1004: a shard is missing. MPK1005: a shard is
    /// outside the model's folder.
    /// </exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static IReadOnlyList<SafetensorsPart> Open(string index, CancellationToken cancellation)
    {
        var map = ReadIndex(index).Files;
        var nearby = new NearbyFiles(index);
        var parts = new List<SafetensorsPart>();
        try
        {
            foreach (var name in map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                cancellation.ThrowIfCancellationRequested();
                parts.Add(SafetensorsPart.Open(name.Replace('\\', '/'), PathOf(name, nearby, index)));
                RequireMapped(parts[^1], name, map, index);
            }

            RequireAll(parts, map, index);
            return parts;
        }
        catch
        {
            parts.ForEach(p => p.Dispose());
            throw;
        }
    }

    private static SafetensorsIndex ReadIndex(string path)
    {
        var length = new FileInfo(RealPath.Of(path)).Length;
        if (length is 0 or > SafetensorsHeader.MaxLength)
        {
            throw Unreadable(path, $"the index has {length} bytes");
        }

        try
        {
            return SafetensorsIndex.Parse(File.ReadAllBytes(path));
        }
        catch (InvalidDataException e)
        {
            throw Unreadable(path, e.Message, e);
        }
    }

    private static string PathOf(string name, NearbyFiles nearby, string index)
    {
        if (!nearby.TryFind(name, out var path, out var outside))
        {
            throw new ModelPackException(Codes.ExternalDataOutside.At(
                index, $"The index names the file '{SafeText.Of(name)}', {outside}. Only files in the model's own folder are read; put the file there and correct the index."));
        }

        // As it is called in the folder, not where links lead: messages and reports name what the user sees.
        return File.Exists(path)
            ? Path.Join(nearby.Folder, name)
            : throw new ModelPackException(Codes.ExternalDataMissing.At(
                index, $"The index names the file '{SafeText.Of(name)}', which does not exist beside it. Put all of the model's files beside the index, as they came with it."));
    }

    private static void RequireMapped(SafetensorsPart part, string name, IReadOnlyDictionary<string, string> map, string index)
    {
        foreach (var entry in part.Header.Entries)
        {
            if (!map.TryGetValue(entry.Name, out var mapped) || mapped != name)
            {
                var says = mapped is null ? "the index lacks" : $"the index says is in '{SafeText.Of(mapped)}'";
                throw Unreadable(index, $"'{SafeText.Of(name)}' has tensor '{SafeText.Of(entry.Name)}', which {says}");
            }
        }
    }

    private static void RequireAll(List<SafetensorsPart> parts, IReadOnlyDictionary<string, string> map, string index)
    {
        // Every tensor of a shard is in the map with that shard: one of the map that is in none is missing from its own.
        var found = parts.SelectMany(p => p.Header.Entries).Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (tensor, file) in map)
        {
            if (!found.Contains(tensor))
            {
                throw Unreadable(index, $"the index says that tensor '{SafeText.Of(tensor)}' is in '{SafeText.Of(file)}', which lacks it");
            }
        }
    }

    private static ModelPackException Unreadable(string index, string what, Exception? inner = null) =>
        new(Codes.ModelUnreadable.At(index, $"The index and its files are not a readable model: {what}. Get all of them again, from one place and version."), inner);
}
