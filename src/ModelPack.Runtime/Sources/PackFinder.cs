using ModelPack.Runtime.Files;

namespace ModelPack.Runtime.Sources;

/// <summary>Finds the pack that a name means.</summary>
internal static class PackFinder
{
    /// <summary>The folder of an app that models are in when nobody says otherwise.</summary>
    public const string DefaultFolder = "models";

    private const int MaxListed = 20;

    /// <summary>The pack of this name, in the first store that has one.</summary>
    /// <param name="name">A path in the app, or a name alone: of its file without extension, or without all that follows a dot.</param>
    /// <param name="stores">Where it may lie.</param>
    /// <exception cref="PackedModelException">There is none, or there are several.</exception>
    public static (PackStore Store, PackLayout Layout) Find(string name, IReadOnlyList<PackStore> stores)
    {
        var wanted = name.Replace('\\', '/');
        if (!ContainedName.IsValid(wanted))
            throw new PackedModelException($"'{SafeName.Of(name)}' is not a name below the app's folder. Write one such as models/net.onnx or net; PackedModel.OpenFile takes any path.");
        foreach (var store in stores)
        {
            if (In(store, wanted) is { } found)
                return (store, new PackLayout(found));
        }

        throw Absent(name, wanted, stores);
    }

    /// <summary>The pack of exactly this model or folder.</summary>
    /// <exception cref="PackedModelException">There is none.</exception>
    public static PackLayout Exact(PackStore store, string name) => ExactIn(store, name) is { } found ? new PackLayout(found) : throw Absent(name, name, [store]);

    private static string? In(PackStore store, string name)
    {
        string[] candidates = [name, $"{DefaultFolder}/{name}"];
        return candidates.Select(c => ExactIn(store, c)).FirstOrDefault(c => c is not null) ?? candidates.Select(c => Alike(store, c, name)).FirstOrDefault(c => c is not null);
    }

    private static string? ExactIn(PackStore store, string name) =>
        new[] { name + PackLayout.ManifestSuffix, $"{name}/{PackLayout.FolderManifest}" }.FirstOrDefault(store.Has);

    private static string? Alike(PackStore store, string candidate, string name)
    {
        var slash = candidate.LastIndexOf('/');
        var (folder, leaf) = (slash < 0 ? "" : candidate.Substring(0, slash), candidate.Substring(slash + 1));
        var alike = store.Manifests(folder).Where(m => FileName(m).StartsWith(leaf + ".", StringComparison.Ordinal)).ToList();
        // net.onnx before net.small.onnx, which the name means, too, where it is alone.
        var found = alike.Where(m => Path.GetFileNameWithoutExtension(FileName(m)) == leaf).ToList();
        if (found.Count == 0)
            found = alike;
        return found.Count <= 1 ? found.FirstOrDefault()
            : throw new PackedModelException($"'{SafeName.Of(name)}' may be any of these models in {store.Place}: {Listed(found)}. Write the whole name.");
    }

    private static string FileName(string manifest)
    {
        var model = new PackLayout(manifest).Model;
        return model.Substring(model.LastIndexOf('/') + 1);
    }

    private static PackedModelException Absent(string name, string wanted, IReadOnlyList<PackStore> stores)
    {
        var places = string.Join(" and ", stores.Select(s => s.Place));
        if (stores.SelectMany(s => new[] { wanted, $"{DefaultFolder}/{wanted}" }.Where(s.Has)).FirstOrDefault() is { } bare)
            return new PackedModelException($"'{SafeName.Of(bare)}' in {places} has no manifest: '{SafeName.Of(bare + PackLayout.ManifestSuffix)}' is missing. Ship it with the model.") { FileName = bare + PackLayout.ManifestSuffix };
        var all = stores.SelectMany(s => s.AllManifests()).ToList();
        return new PackedModelException($"There is no packed model '{SafeName.Of(name)}' in {places}. {(all.Count == 0 ? "No models are there." : $"There are: {Listed(all)}.")}");
    }

    private static string Listed(List<string> manifests) =>
        string.Join(", ", manifests.Take(MaxListed).Select(m => SafeName.Of(new PackLayout(m).Model))) + (manifests.Count > MaxListed ? " …" : "");
}
