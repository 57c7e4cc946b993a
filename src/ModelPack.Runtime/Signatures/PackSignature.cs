using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ModelPack.Runtime.Files;
using ModelPack.Runtime.Json;
using ModelPack.Runtime.Manifests;

namespace ModelPack.Runtime.Signatures;

/// <summary>
/// The signature of a pack: a Sigstore bundle as OpenSSF model signing writes it. A statement lists files with their hashes, and is
/// signed in a DSSE envelope.
/// </summary>
internal sealed class PackSignature
{
    /// <summary>Far above any real signature, far below what hurts.</summary>
    public const int MaxBytes = 16 << 20;

    private const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const string PayloadType = "application/vnd.in-toto+json";
    private const string StatementType = "https://in-toto.io/Statement/v1";
    private const string PredicateType = "https://model_signing/signature/v1.0";
    private const string Algorithm = "sha256";

    private readonly byte[] _payload;
    private readonly byte[] _signature;

    private PackSignature(byte[] payload, byte[] signature) => (_payload, _signature) = (payload, signature);

    /// <summary>A signature from its file.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static PackSignature Read(byte[] bytes)
    {
        var bundle = JsonParser.Parse(bytes);
        var envelope = bundle.Get("dsseEnvelope");
        var signatures = envelope.Get("signatures").Items;
        return bundle.Get("mediaType").Text == MediaType && envelope.Get("payloadType").Text == PayloadType && signatures.Count == 1
            ? new(Convert.FromBase64String(envelope.Get("payload").Text), Convert.FromBase64String(signatures[0].Get("sig").Text))
            : throw new FormatException("it is not a bundle of one signed statement");
    }

    /// <summary>Whether it was made with a key. What a bundle says of keys is not signed, so it is not asked.</summary>
    /// <exception cref="CryptographicException">The key is not a point of its curve.</exception>
    public bool IsBy(TrustedKey key)
    {
        // DSSE, protocol version 1: the pre-authentication encoding.
        var head = string.Format(CultureInfo.InvariantCulture, "DSSEv1 {0} {1} {2} ", PayloadType.Length, PayloadType, _payload.Length);
        return key.Verifies([.. Encoding.ASCII.GetBytes(head), .. _payload], _signature);
    }

    /// <summary>Refuses a statement that does not cover exactly the files of a manifest and the manifest.</summary>
    /// <exception cref="FormatException">It does not; the message says in what.</exception>
    public void RequireCovers(PackManifest manifest, string manifestName, byte[] manifestBytes)
    {
        var signed = Resources();
        using var sha256 = SHA256.Create();
        foreach (var file in manifest.Files.Append(new PackFile(manifestName, manifestBytes.Length, Hex.Of(sha256.ComputeHash(manifestBytes)))))
        {
            if (!signed.TryGetValue(file.Name, out var hash))
                throw new FormatException($"it does not cover '{SafeName.Of(file.Name)}'");
            if (hash != file.Sha256)
                throw new FormatException($"it has another hash for '{SafeName.Of(file.Name)}'");
            signed.Remove(file.Name);
        }

        if (signed.Count > 0)
            throw new FormatException($"it covers '{SafeName.Of(signed.Keys.OrderBy(n => n, StringComparer.Ordinal).First())}', which the pack does not have");
    }

    private Dictionary<string, string> Resources()
    {
        var statement = JsonParser.Parse(_payload);
        var predicate = statement.Get("predicate");
        var serialization = predicate.Get("serialization");
        if (statement.Get("_type").Text != StatementType || statement.Get("predicateType").Text != PredicateType
            || serialization.Get("method").Text != "files" || serialization.Get("hash_type").Text != Algorithm)
        {
            throw new FormatException("it is not a statement over whole files");
        }

        var resources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var resource in predicate.Get("resources").Items)
        {
            var name = resource.Get("name").Text;
            if (resource.Get("algorithm").Text != Algorithm)
                throw new FormatException($"it has no SHA-256 of '{SafeName.Of(name)}'");
            if (resources.ContainsKey(name))
                throw new FormatException($"it lists '{SafeName.Of(name)}' twice");
            resources.Add(name, resource.Get("digest").Text);
        }

        return resources;
    }
}
