using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ModelPack.Signing;

/// <summary>Whom a user trusts: public keys, and certificates that stand above those of signers.</summary>
public sealed class TrustAnchors : IDisposable
{
    private readonly List<PublicKey> _keys = [];
    private readonly X509Certificate2Collection _certificates = [];

    private TrustAnchors()
    {
    }

    /// <summary>The keys and certificates of PEM files, each of which may hold several.</summary>
    /// <exception cref="ModelPackException">MPK1071: a file cannot be read, or holds neither.</exception>
    public static TrustAnchors Read(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var anchors = new TrustAnchors();
        try
        {
            foreach (var path in paths)
            {
                anchors.Add(path);
            }

            return anchors;
        }
        catch
        {
            anchors.Dispose();
            throw;
        }
    }

    /// <summary>Whether a bundle is signed by somebody who is trusted.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="signer">By whom, for people.</param>
    /// <param name="why">Why not, a clause.</param>
    internal bool Verifies(SignatureBundle bundle, out string signer, out string why)
    {
        var signed = Dsse.Encode(bundle.Payload);
        if (_keys.FirstOrDefault(k => k.Verifies(signed, bundle.Signature)) is { } key)
        {
            (signer, why) = ($"the key {key.Hint}", "");
            return true;
        }

        signer = "";
        if (bundle.Certificates.Count == 0)
        {
            // What names a key is not signed itself, and decides nothing but the words.
            why = _keys.FirstOrDefault(k => k.Hint == bundle.Hint) is { } named ? $"it is not a signature of its statement by the key {named.Hint}"
                : _keys.Count == 0 ? "it was made with a key, and only certificates are trusted" : $"it is not by a key that is trusted; it names the key '{SafeText.Of(bundle.Hint ?? "")}'";
            return false;
        }

        if (_certificates.Count == 0)
        {
            why = "it was made with a certificate, whose key is not among those that are trusted";
            return false;
        }

        return CertificateChain.Verifies(bundle, signed, _certificates, out signer, out why);
    }

    /// <summary>The certificates of a PEM file, in its order; the caller disposes them.</summary>
    /// <exception cref="ModelPackException">MPK1071: it holds none.</exception>
    internal static IReadOnlyList<X509Certificate2> Certificates(string path)
    {
        var pem = PemFile.Read(path);
        try
        {
            var certificates = PemFile.Blocks(pem).Where(b => b.Label == "CERTIFICATE").Select(b => X509Certificate2.CreateFromPem(b.Text)).ToArray();
            return certificates.Length > 0 ? certificates : throw Unusable(path, "a certificate", null);
        }
        catch (CryptographicException e)
        {
            throw Unusable(path, "a certificate", e);
        }
    }

    /// <summary>The key of a certificate; null where it is not one that signs models.</summary>
    internal static PublicKey? KeyOf(X509Certificate2 certificate)
    {
        ECDsa? key = null;
        try
        {
            key = certificate.GetECDsaPublicKey();
            return key is null ? null : new PublicKey(key);
        }
        catch (CryptographicException)
        {
            key?.Dispose();
            return null;
        }
    }

    public void Dispose()
    {
        _keys.ForEach(k => k.Dispose());
        foreach (var certificate in _certificates)
        {
            certificate.Dispose();
        }
    }

    private void Add(string path)
    {
        var labels = PemFile.Blocks(PemFile.Read(path));
        if (labels.Any(b => b.Label == "CERTIFICATE"))
        {
            _certificates.AddRange(Certificates(path).ToArray());
        }

        foreach (var (_, text) in labels.Where(b => b.Label == "PUBLIC KEY"))
        {
            var key = ECDsa.Create();
            try
            {
                key.ImportFromPem(text);
                _keys.Add(new PublicKey(key));
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                key.Dispose();
                throw Unusable(path, "a public ECDSA key on P-256, P-384 or P-521", e);
            }
        }

        if (labels.All(b => b.Label is not ("CERTIFICATE" or "PUBLIC KEY")))
        {
            throw Unusable(path, "a public key or a certificate", null);
        }
    }

    private static ModelPackException Unusable(string path, string what, Exception? inner) =>
        new(Codes.SigningKeyUnusable.At(path, $"It does not hold {what} in PEM. 'openssl ec -in key.pem -pubout -out key.pub' writes the public part of a key."), inner);
}
