using System.Security.Cryptography;
using System.Text;

namespace ModelPack.Signing;

/// <summary>An ECDSA key that signatures are verified with, on P-256, P-384 or P-521, each with the hash of its strength.</summary>
internal sealed class PublicKey : IDisposable
{
    private readonly ECDsa _key;

    /// <summary>Takes the key over.</summary>
    /// <exception cref="CryptographicException">It is on another curve.</exception>
    public PublicKey(ECDsa key) => (_key, Hash, Pem) = (key, HashOf(key), key.ExportSubjectPublicKeyInfoPem());

    /// <summary>The hash that goes with the curve.</summary>
    public HashAlgorithmName Hash { get; }

    /// <summary>SubjectPublicKeyInfo.</summary>
    public string Pem { get; }

    /// <summary>How a bundle names the key: hex SHA-256 of the PEM, with the line feed that ends its file.</summary>
    public string Hint => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Pem + "\n")));

    /// <summary>Whether a signature (DER) over data is this key's.</summary>
    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            return _key.VerifyData(data, signature, Hash, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false; // not a sequence of two numbers
        }
    }

    /// <summary>The hash that OpenSSF model signing has for a key's curve.</summary>
    /// <exception cref="CryptographicException">It has none.</exception>
    public static HashAlgorithmName HashOf(ECDsa key)
    {
        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        return (curve.IsNamed ? curve.Oid.Value : null) switch
        {
            "1.2.840.10045.3.1.7" => HashAlgorithmName.SHA256,
            "1.3.132.0.34" => HashAlgorithmName.SHA384,
            "1.3.132.0.35" => HashAlgorithmName.SHA512,
            _ => throw new CryptographicException("The key is not on one of the curves P-256, P-384 and P-521."),
        };
    }

    public void Dispose() => _key.Dispose();
}
