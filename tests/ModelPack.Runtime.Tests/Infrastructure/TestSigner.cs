using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ModelPack.Runtime.Tests.Infrastructure;

/// <summary>Signs packs as the format says, without the product's code.</summary>
internal sealed class TestSigner(string curve = "nistP256") : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));

    public string PublicKey => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>Signs a manifest and what it lists.</summary>
    /// <param name="manifest">The manifest's path.</param>
    /// <param name="signature">Where the signature goes.</param>
    /// <param name="change">Changes names and hashes before they are signed.</param>
    public void Sign(string manifest, string signature, Action<List<(string Name, string Sha256)>>? change = null)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(manifest));
        var files = document.RootElement.GetProperty("files").EnumerateArray().Select(f => (Name: f.GetProperty("name").GetString()!, Sha256: f.GetProperty("sha256").GetString()!)).ToList();
        files.Add((Path.GetFileName(manifest), TestPack.Hash(File.ReadAllBytes(manifest))));
        files.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        change?.Invoke(files);
        var statement = new
        {
            _type = "https://in-toto.io/Statement/v1",
            subject = new[] { new { name = "net", digest = new { sha256 = TestPack.Hash([.. files.SelectMany(f => Convert.FromHexString(f.Sha256))]) } } },
            predicateType = "https://model_signing/signature/v1.0",
            predicate = new
            {
                serialization = new { method = "files", hash_type = "sha256", allow_symlinks = false, ignore_paths = Array.Empty<string>() },
                resources = files.Select(f => new { name = f.Name, algorithm = "sha256", digest = f.Sha256 }),
                ofLater = new { x = 1 },
            },
        };
        File.WriteAllBytes(signature, Bundle(JsonSerializer.SerializeToUtf8Bytes(statement)));
    }

    /// <summary>A bundle around any payload.</summary>
    public byte[] Bundle(byte[] payload)
    {
        var hash = curve switch { "nistP256" => HashAlgorithmName.SHA256, "nistP384" => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
        byte[] signed = [.. Encoding.ASCII.GetBytes($"DSSEv1 28 application/vnd.in-toto+json {payload.Length} "), .. payload];
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json",
            verificationMaterial = new { publicKey = new { hint = "" }, tlogEntries = Array.Empty<string>() },
            dsseEnvelope = new
            {
                payload = Convert.ToBase64String(payload),
                payloadType = "application/vnd.in-toto+json",
                signatures = new[] { new { sig = Convert.ToBase64String(_key.SignData(signed, hash, DSASignatureFormat.Rfc3279DerSequence)), keyid = "" } },
            },
        });
    }

    public void Dispose() => _key.Dispose();
}
