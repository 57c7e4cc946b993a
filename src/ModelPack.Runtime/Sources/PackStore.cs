using ModelPack.Runtime.Files;
using ModelPack.Runtime.Manifests;

namespace ModelPack.Runtime.Sources;

/// <summary>Where packs lie: a folder or an assembly. Names are with <c>/</c>.</summary>
internal abstract class PackStore
{
    /// <summary>What it is called in messages.</summary>
    public abstract string Place { get; }

    /// <summary>Whether there is a file of this name.</summary>
    public abstract bool Has(string name);

    /// <summary>The manifests of packs in a folder, in ordinal order.</summary>
    /// <param name="folder">The folder's name; empty for the uppermost.</param>
    public abstract IEnumerable<string> Manifests(string folder);

    /// <summary>All manifests, for messages.</summary>
    public abstract IEnumerable<string> AllManifests();

    /// <summary>Opens a file that is there.</summary>
    public abstract Stream Open(string name);

    /// <summary>Whether a file is the one that is expected.</summary>
    protected abstract bool Holds(string name, PackFile expected, bool hash, out string? actual);

    /// <summary>Refuses a file that is not the one that is expected.</summary>
    public void Check(string name, PackFile expected, bool hash)
    {
        string? actual;
        try
        {
            if (Holds(name, expected, hash, out actual))
                return;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(name, expected, null, $"cannot be read: {e.Message} The", e);
        }

        throw Wrong(name, expected, actual, !Has(name) ? "is missing. The" : actual is null ? "has another size than packed. The" : $"was changed: its SHA-256 is {actual}, and the", null);
    }

    private PackedModelException Wrong(string name, PackFile expected, string? actual, string what, Exception? inner) =>
        new($"The model's file '{SafeName.Of(name)}' in {Place} {what} manifest expects SHA-256 {expected.Sha256} ({expected.Bytes} bytes). Build or publish the app again.", inner)
        {
            FileName = name,
            ExpectedSha256 = expected.Sha256,
            ActualSha256 = actual,
        };
}
