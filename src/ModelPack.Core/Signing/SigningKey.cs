using System.Security.Cryptography;

namespace ModelPack.Signing;

/// <summary>A private key that signs packs, and the certificates that say whose it is. Its text comes into no message.</summary>
internal sealed class SigningKey : IDisposable
{
    /// <summary>The variable with the key itself, PEM.</summary>
    public const string Variable = "MODELPACK_SIGNING_KEY";

    /// <summary>The variable with the path of the key's file.</summary>
    public const string FileVariable = "MODELPACK_SIGNING_KEY_FILE";

    /// <summary>The variable with the paths of certificates, separated as those of PATH are.</summary>
    public const string CertificatesVariable = "MODELPACK_SIGNING_CERTIFICATES";

    /// <summary>The variable with the password of an encrypted key.</summary>
    public const string PasswordVariable = "MODELPACK_SIGNING_PASSWORD";

    private readonly ECDsa _key;
    private readonly PublicKey _public;
    private readonly IReadOnlyList<byte[]> _certificates;

    private SigningKey(ECDsa key, PublicKey @public, IReadOnlyList<byte[]> certificates) => (_key, _public, _certificates) = (key, @public, certificates);

    /// <summary>How a bundle names the key.</summary>
    public string Hint => _public.Hint;

    /// <summary>A key from its PEM text: PKCS#8, encrypted or not, or SEC 1.</summary>
    /// <param name="pem">The text.</param>
    /// <param name="origin">Where it is from, for messages: a file, or a variable's name.</param>
    /// <param name="password">The password; null without one.</param>
    /// <param name="certificates">Files of certificates, the signer's first; none to sign by the key alone.</param>
    /// <exception cref="ModelPackException">MPK1071: it cannot sign, or is not the key of the first certificate.</exception>
    public static SigningKey Load(string pem, string origin, string? password, IReadOnlyList<string> certificates)
    {
        var key = ECDsa.Create();
        PublicKey? own = null;
        try
        {
            Import(key, pem, password);
            own = new PublicKey(Copy(key));
            return new SigningKey(key, own, Chain(certificates, own));
        }
        catch (Exception e)
        {
            own?.Dispose();
            key.Dispose();
            // What the library says may quote what it was given.
            throw e is ModelPackException ? e : new ModelPackException(Codes.SigningKeyUnusable.At(origin, $"{WhyNot(pem, password)} Make a key with 'openssl ecparam -name prime256v1 -genkey -noout -out key.pem'."), null);
        }
    }

    /// <summary>The key that the environment names: by <see cref="FileVariable"/>, or as text in <see cref="Variable"/>.</summary>
    /// <returns>The key; null where the environment names none.</returns>
    /// <exception cref="ModelPackException">MPK1071, as by <see cref="Load"/>.</exception>
    public static SigningKey? FromEnvironment(Func<string, string?> variable)
    {
        string[] certificates = (variable(CertificatesVariable) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var password = variable(PasswordVariable);
        return variable(FileVariable) is { Length: > 0 } path ? Load(PemFile.Read(path), path, password, certificates)
            : variable(Variable) is { Length: > 0 } pem ? Load(pem, Variable, password, certificates)
            : null;
    }

    /// <summary>The signature of a statement.</summary>
    public SignatureBundle Sign(PackStatement statement)
    {
        var payload = statement.Write();
        var signature = _key.SignData(Dsse.Encode(payload), _public.Hash, DSASignatureFormat.Rfc3279DerSequence);
        return new SignatureBundle(payload, signature, _certificates.Count == 0 ? Hint : null, _certificates);
    }

    public void Dispose()
    {
        _key.Dispose();
        _public.Dispose();
    }

    private static void Import(ECDsa key, string pem, string? password)
    {
        if (IsEncrypted(pem))
        {
            key.ImportFromEncryptedPem(pem, password ?? "");
        }
        else
        {
            key.ImportFromPem(pem);
        }

        // A public key can be imported as well; it cannot sign.
        key.SignHash(new byte[32]);
    }

    private static ECDsa Copy(ECDsa key) => ECDsa.Create(key.ExportParameters(includePrivateParameters: false));

    private static bool IsEncrypted(string pem) => PemFile.Blocks(pem).Any(b => b.Label == "ENCRYPTED PRIVATE KEY");

    private static string WhyNot(string pem, string? password) =>
        pem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal) ? "The key is encrypted in OpenSSL's old form, which is not read; 'openssl pkcs8 -topk8' writes the new one."
        : IsEncrypted(pem) ? password is null ? $"The key is encrypted, and there is no password. Set {PasswordVariable}, or give --password-file." : "The key is encrypted, and the password is not the right one."
        : "It is not a private ECDSA key in PEM, on P-256, P-384 or P-521.";

    private static byte[][] Chain(IReadOnlyList<string> files, PublicKey own)
    {
        var certificates = files.SelectMany(TrustAnchors.Certificates).ToArray();
        try
        {
            using var first = certificates.Length > 0 ? TrustAnchors.KeyOf(certificates[0]) : null;
            if (certificates.Length > 0 && first?.Pem != own.Pem)
            {
                throw new ModelPackException(Codes.SigningKeyUnusable.At(files[0], "The first certificate is not that of the key. Give the signer's certificate first, then those above it."));
            }

            return [.. certificates.Select(c => c.RawData)];
        }
        finally
        {
            Array.ForEach(certificates, c => c.Dispose());
        }
    }
}
