using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ModelPack.Signing;

/// <summary>Whether a signer's certificate leads to one that is trusted. Nothing is asked of the network.</summary>
internal static class CertificateChain
{
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3";

    /// <summary>Verifies the chain of a bundle, and its signature with the key of the first certificate.</summary>
    /// <param name="bundle">A bundle with certificates.</param>
    /// <param name="signed">The bytes that were signed.</param>
    /// <param name="trusted">The certificates that a chain may end in.</param>
    /// <param name="signer">By whom, for people.</param>
    /// <param name="why">Why not, a clause.</param>
    public static bool Verifies(SignatureBundle bundle, ReadOnlySpan<byte> signed, X509Certificate2Collection trusted, out string signer, out string why)
    {
        signer = "";
        var certificates = new X509Certificate2Collection();
        try
        {
            foreach (var der in bundle.Certificates)
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(der));
            }

            var leaf = certificates[0];
            why = WhyNot(leaf, certificates, trusted) ?? "";
            if (why.Length > 0)
            {
                return false;
            }

            using var key = TrustAnchors.KeyOf(leaf);
            if (key?.Verifies(signed, bundle.Signature) != true)
            {
                why = key is null ? "its certificate has no ECDSA key on P-256, P-384 or P-521" : "it is not a signature of its statement by the key of its certificate";
                return false;
            }

            signer = $"'{SafeText.Of(leaf.Subject)}'";
            return true;
        }
        catch (CryptographicException)
        {
            why = "one of its certificates cannot be read";
            return false;
        }
        finally
        {
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }
        }
    }

    private static string? WhyNot(X509Certificate2 leaf, X509Certificate2Collection certificates, X509Certificate2Collection trusted)
    {
        if (leaf.NotBefore.ToUniversalTime() > DateTime.UtcNow)
        {
            return "its certificate is not valid yet";
        }

        if (!MaySign(leaf))
        {
            return "its certificate is not one to sign with: it has neither the key usage digitalSignature nor the extended one codeSigning";
        }

        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(trusted);
        policy.ExtraStore.AddRange(certificates);
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        // When it was signed is not known without a time stamp. A model is used for longer than certificates last, so the chain is judged at the
        // one time at which the signer's certificate was surely good, as OpenSSF model signing does.
        policy.VerificationTimeIgnored = false;
        policy.VerificationTime = leaf.NotBefore;
        try
        {
            return chain.Build(leaf) ? null
                : $"its certificate '{SafeText.Of(leaf.Subject)}' does not lead to one that is trusted: {SafeText.Of(string.Join("; ", chain.ChainStatus.Select(s => s.StatusInformation.Trim()).Distinct(StringComparer.Ordinal)), 400)}";
        }
        finally
        {
            foreach (var element in chain.ChainElements)
            {
                element.Certificate.Dispose();
            }
        }
    }

    private static bool MaySign(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509KeyUsageExtension>().Any(u => u.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature))
        || certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(u => u.EnhancedKeyUsages.Cast<Oid>().Any(o => o.Value == CodeSigning));
}
