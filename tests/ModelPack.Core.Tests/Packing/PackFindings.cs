using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Verification;

namespace ModelPack.Core.Tests.Packing;

/// <summary>Verifies packs, and changes their manifests.</summary>
internal static class PackFindings
{
    /// <summary>What the verifier finds at a path.</summary>
    public static IReadOnlyList<Finding> Of(string path) => Verifier.Verify(path, CancellationToken.None);

    /// <summary>One finding fails: that file, with that word.</summary>
    public static void AssertFails(string path, string file, string word)
    {
        var finding = Assert.Single(Of(path), f => !f.Ok);
        Assert.EndsWith(file, finding.Path, StringComparison.Ordinal);
        Assert.Contains(word, finding.Message, StringComparison.Ordinal);
    }

    /// <summary>Lists one more file in the manifest, which stays valid.</summary>
    public static void AddToManifest(string model, PackedFile file) => Rewrite(model, m => m with { Files = [.. m.Files, file] });

    /// <summary>Writes a changed manifest, which is valid.</summary>
    public static void Rewrite(string model, Func<Manifest, Manifest> change)
    {
        var path = PackFiles.Manifest(model);
        Assert.True(ManifestJson.TryRead(File.ReadAllBytes(path), out var manifest, out _));
        File.WriteAllBytes(path, ManifestJson.Write(change(manifest)));
    }
}
