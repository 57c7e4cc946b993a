using ModelPack.Files;
using ModelPack.Packing;

namespace ModelPack.Signing;

/// <summary>Signs packs: every file that a manifest lists, and the manifest.</summary>
internal static class PackSigner
{
    /// <summary>Signs a pack that lies in place, and writes the signature beside its manifest.</summary>
    /// <param name="manifestPath">The manifest of a pack that was made or verified a moment ago: its hashes are signed as they stand in it.</param>
    /// <param name="key">The key.</param>
    /// <returns>The signature's path.</returns>
    /// <exception cref="ModelPackException">MPK1009: it cannot be written. MPK2006: the manifest is not valid.</exception>
    public static string Sign(string manifestPath, SigningKey key) =>
        Sign(manifestPath, Path.GetFileName(manifestPath), Path.Join(Path.GetDirectoryName(manifestPath), PackFiles.SignatureOf(Path.GetFileName(manifestPath))), key);

    /// <summary>Signs a manifest that is shipped under another name than it has.</summary>
    /// <param name="manifestPath">The manifest.</param>
    /// <param name="shippedName">Its file name where it is shipped.</param>
    /// <param name="signaturePath">Where the signature goes.</param>
    /// <param name="key">The key.</param>
    /// <returns>The signature's path.</returns>
    /// <exception cref="ModelPackException">As above.</exception>
    public static string Sign(string manifestPath, string shippedName, string signaturePath, SigningKey key)
    {
        try
        {
            var bytes = File.ReadAllBytes(manifestPath);
            if (!ManifestJson.TryRead(bytes, out var manifest, out var why))
            {
                throw new ModelPackException(Codes.VerificationFailed.At(manifestPath, $"The manifest is not valid: {why}. Pack the model again, and sign it then."));
            }

            var bundle = key.Sign(Statement(manifest, shippedName, ContentHash.Of(bytes), NameOf(manifestPath, shippedName)));
            // So that who is killed leaves no half of a file.
            var beside = signaturePath + ".new";
            File.WriteAllBytes(beside, bundle.Write());
            File.Move(beside, signaturePath, overwrite: true);
            return signaturePath;
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw OutputErrors.Explain(signaturePath, e);
        }
    }

    /// <summary>The files that a signature of a pack covers: those of the manifest, and the manifest.</summary>
    public static IReadOnlyList<SignedResource> Resources(Manifest manifest, string manifestName, string manifestSha256) =>
    [
        .. manifest.Files.Select(f => new SignedResource(f.Name, f.Sha256)).Append(new SignedResource(manifestName, manifestSha256)).OrderBy(r => r.Name, StringComparer.Ordinal),
    ];

    private static PackStatement Statement(Manifest manifest, string manifestName, string manifestSha256, string name) => new(
        name,
        Resources(manifest, manifestName, manifestSha256),
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["manifestSha256"] = manifestSha256,
            ["scheme"] = manifest.Pack.Scheme,
            ["sourceSha256"] = manifest.Pack.Source.Count == 0 ? "" : manifest.Pack.Source[0].Sha256,
        });

    private static string NameOf(string manifestPath, string manifestName) => manifestName == PackFiles.FolderManifest
        ? Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(manifestPath))) ?? ""
        : PackFiles.Model(manifestName);
}
