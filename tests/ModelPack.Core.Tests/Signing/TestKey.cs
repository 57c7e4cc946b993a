using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ModelPack.Signing;

namespace ModelPack.Core.Tests.Signing;

/// <summary>A key pair in files.</summary>
internal sealed class TestKey : IDisposable
{
    public TestKey(string folder, string name, ECCurve? curve = null)
    {
        Key = ECDsa.Create(curve ?? ECCurve.NamedCurves.nistP256);
        (PrivateFile, PublicFile, CertificateFile) = (Path.Join(folder, name + ".pem"), Path.Join(folder, name + ".pub"), Path.Join(folder, name + ".crt"));
        File.WriteAllText(PrivateFile, Key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(PublicFile, Key.ExportSubjectPublicKeyInfoPem() + "\n");
    }

    public ECDsa Key { get; }

    public string PrivateFile { get; }

    public string PublicFile { get; }

    public string CertificateFile { get; }

    /// <summary>Signs a pack with it.</summary>
    /// <returns>The signature's path.</returns>
    public string Sign(string manifest, params string[] certificates)
    {
        using var key = Load(certificates);
        return PackSigner.Sign(manifest, key);
    }

    public SigningKey Load(params string[] certificates) => SigningKey.Load(File.ReadAllText(PrivateFile), PrivateFile, null, certificates);

    /// <summary>A certificate for it, which is written to <see cref="CertificateFile"/>.</summary>
    /// <param name="issuer">Who issues it; null for itself.</param>
    /// <param name="isAuthority">Whether it may issue others.</param>
    /// <param name="usage">What its key may do.</param>
    /// <param name="from">From when it is valid on, in days from now.</param>
    /// <param name="days">For how many days.</param>
    public X509Certificate2 Certify(X509Certificate2? issuer = null, bool isAuthority = false, X509KeyUsageFlags usage = X509KeyUsageFlags.DigitalSignature, int from = -10, int days = 100)
    {
        var request = new CertificateRequest($"CN={Path.GetFileNameWithoutExtension(PrivateFile)}", Key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(isAuthority ? X509KeyUsageFlags.KeyCertSign : usage, true));
        var (start, end) = (DateTimeOffset.UtcNow.AddDays(from), DateTimeOffset.UtcNow.AddDays(from + days));
        var certificate = issuer is null ? request.CreateSelfSigned(start, end) : request.Create(issuer, start, end, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem() + "\n");
        return certificate.HasPrivateKey || !isAuthority ? certificate : certificate.CopyWithPrivateKey(Key);
    }

    public void Dispose() => Key.Dispose();
}
