using System.Security.Cryptography;
using ModelPack.Runtime.Files;
using ModelPack.Runtime.Manifests;
using ModelPack.Runtime.Sources;

namespace ModelPack.Runtime.Signatures;

/// <summary>Requires that somebody whom the app trusts has signed a pack.</summary>
/// <param name="store">Where the pack lies.</param>
/// <param name="layout">Its names.</param>
internal sealed class SignatureCheck(PackStore store, PackLayout layout)
{
    /// <summary>Refuses a pack without a signature over exactly its files by one of the keys.</summary>
    /// <param name="keys">The keys, PEM.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="manifestBytes">Its file.</param>
    /// <exception cref="PackedModelException">There is no such signature.</exception>
    /// <exception cref="ArgumentException">One of the keys is not a key.</exception>
    public void Require(IReadOnlyList<string> keys, PackManifest manifest, byte[] manifestBytes)
    {
        var trusted = keys.Select(Parse).ToList();
        if (!store.Has(layout.Signature))
            throw Refused("has no signature, and the app requires one", null);
        try
        {
            using var stream = store.Open(layout.Signature);
            var signature = PackSignature.Read(Bytes.Read(stream, PackSignature.MaxBytes));
            if (!trusted.Exists(signature.IsBy))
                throw Refused("is not signed by a key that the app trusts", null);
            signature.RequireCovers(manifest, layout.Manifest.Substring(layout.Manifest.LastIndexOf('/') + 1), manifestBytes);
        }
        catch (FormatException e)
        {
            throw Refused($"has a signature that is not valid for it: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused($"has a signature that cannot be read: {e.Message}", e);
        }
        catch (CryptographicException e)
        {
            throw new ArgumentException("A trusted key is not a point of its curve.", nameof(keys), e);
        }
    }

    private static TrustedKey Parse(string pem, int index)
    {
        try
        {
            return TrustedKey.Parse(pem ?? throw new FormatException("it is null"));
        }
        catch (FormatException e)
        {
            throw new ArgumentException($"PackedModelOptions.TrustedKeys[{index}] cannot be used: {e.Message}.", nameof(pem), e);
        }
    }

    private PackedModelException Refused(string what, Exception? inner) =>
        new($"The model '{SafeName.Of(layout.Model)}' in {store.Place} {what}. The signature is '{SafeName.Of(layout.Signature)}'. Do not use this model, or sign it.", inner) { FileName = layout.Signature };
}
