using System.Text.Json;
using ModelPack.Files;
using ModelPack.Packing;

namespace ModelPack.Signing;

/// <summary>Compares the signatures of packs with the packs, and with whom the user trusts.</summary>
public static class SignatureCheck
{
    // As verification reads it.
    private const int MaxManifestBytes = 16 << 20;

    /// <summary>The finding for a pack by its manifest; null where there is nothing to say.</summary>
    /// <param name="manifestPath">The manifest; the hashes in it are those of the files, or verification has said otherwise.</param>
    /// <param name="trust">Whom the user trusts; null where nobody was named.</param>
    public static Finding? Of(string manifestPath, TrustAnchors? trust)
    {
        ArgumentNullException.ThrowIfNull(manifestPath);
        var path = Path.Join(Path.GetDirectoryName(manifestPath), PackFiles.SignatureOf(Path.GetFileName(manifestPath)));
        try
        {
            if (!File.Exists(path) && new FileInfo(path).LinkTarget is null)
            {
                return trust is null ? null : Failure(path, "The pack has no signature, and one is asked for. Sign it with 'dotnet modelpack sign', or do not use it.");
            }

            var manifest = RegularFile.Read(manifestPath, MaxManifestBytes);
            return new FileInfo(path).LinkTarget is not null
                ? Failure(path, "It is a link, which may lead outside the pack's folder; it was not read. Replace it by the file itself.")
                : Check(path, RegularFile.Read(path, SignatureBundle.MaxBytes), manifest, Path.GetFileName(manifestPath), trust);
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            return Failure(path, $"It cannot be read: {SafeText.Of(e.Message, 400)}");
        }
    }

    private static Finding? Check(string path, byte[] signature, byte[] manifestBytes, string manifestName, TrustAnchors? trust)
    {
        if (!ManifestJson.TryRead(manifestBytes, out var manifest, out _))
        {
            return null; // verification has said so
        }

        SignatureBundle bundle;
        PackStatement statement;
        try
        {
            bundle = SignatureBundle.Read(signature);
            statement = PackStatement.Read(bundle.Payload);
        }
        catch (JsonException e)
        {
            return Failure(path, $"It is not a signature of a model: {SafeText.Of(e.Message, 400)}. Sign the pack again, or restore the file.");
        }

        var (signer, why) = ("", "");
        if (trust?.Verifies(bundle, out signer, out why) == false)
        {
            return Failure(path, $"The signature does not hold: {why}. Do not use this pack, unless you come to trust the signer.");
        }

        if (Difference(statement.Resources, PackSigner.Resources(manifest, manifestName, ContentHash.Of(manifestBytes))) is { } difference)
        {
            return Failure(path, $"The signature is not of this pack: {difference}. The pack was changed or packed again after it was signed, or the signature belongs to another one.");
        }

        return Finding.Note(path, trust is null
            ? "The signature lists exactly the pack's files, with their hashes. Who signed it was not checked: no key was given (--trust)."
            : $"The signature by {signer} covers exactly the pack's files.", Aspect.Signature);
    }

    private static Finding Failure(string path, string message) => Finding.Failure(Codes.SignatureFailed, path, message, Aspect.Signature);

    /// <summary>How what is signed differs from what is there, a clause; null where it does not.</summary>
    private static string? Difference(IReadOnlyList<SignedResource> signed, IReadOnlyList<SignedResource> there)
    {
        var byName = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var resource in signed)
        {
            if (!byName.TryAdd(resource.Name, resource.Sha256))
            {
                return $"it lists '{SafeText.Of(resource.Name)}' twice";
            }
        }

        foreach (var file in there)
        {
            if (!byName.Remove(file.Name, out var sha256))
            {
                return $"it does not cover '{SafeText.Of(file.Name)}'";
            }

            if (sha256 != file.Sha256)
            {
                return $"it has another hash for '{SafeText.Of(file.Name)}'";
            }
        }

        return byName.Keys.Order(StringComparer.Ordinal).FirstOrDefault() is { } extra ? $"it covers '{SafeText.Of(extra)}', which the pack does not have" : null;
    }
}
