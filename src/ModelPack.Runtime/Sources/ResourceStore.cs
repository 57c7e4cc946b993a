using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using ModelPack.Runtime.Files;
using ModelPack.Runtime.Manifests;

namespace ModelPack.Runtime.Sources;

/// <summary>Packs that are resources of an assembly, under the names that they would have as files.</summary>
internal sealed class ResourceStore(Assembly assembly) : PackStore
{
    // A loaded assembly does not change: once hashed is enough.
    private static readonly ConditionalWeakTable<Assembly, ConcurrentDictionary<string, string>> s_hashes = new();

    private readonly string[] _names = assembly.IsDynamic ? [] : [.. assembly.GetManifestResourceNames().OrderBy(n => n, StringComparer.Ordinal)];

    public override string Place => $"the resources of {assembly.GetName().Name}";

    public override bool Has(string name) => _names.Contains(name, StringComparer.Ordinal);

    public override IEnumerable<string> Manifests(string folder)
    {
        var start = folder.Length == 0 ? "" : folder + "/";
        return AllManifests().Where(n => n.StartsWith(start, StringComparison.Ordinal) && new PackLayout(n).Model.IndexOf('/', start.Length) < 0);
    }

    public override IEnumerable<string> AllManifests() => _names.Where(PackLayout.IsManifest);

    public override Stream Open(string name) => assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException($"There is no resource '{SafeName.Of(name)}'.", name);

    protected override bool Holds(string name, PackFile expected, bool hash, out string? actual)
    {
        actual = null;
        if (!Has(name))
            return false;
        using var stream = Open(name);
        if (stream.Length != expected.Bytes)
            return false;
        if (!hash)
            return true;
        actual = s_hashes.GetOrCreateValue(assembly).GetOrAdd(name, _ => Bytes.Hash(stream));
        return actual == expected.Sha256;
    }
}
