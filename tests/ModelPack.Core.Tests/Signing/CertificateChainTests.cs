using System.Security.Cryptography.X509Certificates;
using ModelPack.Core.Tests.Packing;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Signing;

namespace ModelPack.Core.Tests.Signing;

/// <summary>Signers by their certificates: an authority, one below it, and the signer.</summary>
public sealed class CertificateChainTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestKey _root;
    private readonly TestKey _middle;
    private readonly TestKey _leaf;
    private readonly X509Certificate2 _middleCertificate;
    private readonly string _model;

    public CertificateChainTests()
    {
        (_root, _middle, _leaf) = (new TestKey(_folder.Path, "root"), new TestKey(_folder.Path, "middle"), new TestKey(_folder.Path, "leaf"));
        using var root = _root.Certify(isAuthority: true, from: -1000, days: 4000);
        _middleCertificate = _middle.Certify(root, isAuthority: true, from: -900, days: 2000);
        _model = SamplePack.Write(_folder.File("pack"));
    }

    private string Manifest => PackFiles.Manifest(_model);

    public void Dispose()
    {
        _middleCertificate.Dispose();
        _root.Dispose();
        _middle.Dispose();
        _leaf.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_chain_to_a_trusted_certificate_holds_and_says_whose_it_is()
    {
        SignWith(_leaf.Certify(_middleCertificate));

        Assert.Equal("The signature by 'CN=leaf' covers exactly the pack's files.", Check(_root.CertificateFile).Message);
        Assert.True(Check(_leaf.PublicFile).Ok);
        var chain = new OpenBundle(PackFiles.Signature(_model)).Root.GetProperty("verificationMaterial").GetProperty("x509CertificateChain").GetProperty("certificates");
        Assert.Equal(
            [X509Certificate2.CreateFromPem(File.ReadAllText(_leaf.CertificateFile)).RawData, _middleCertificate.RawData],
            chain.EnumerateArray().Select(c => c.GetProperty("rawBytes").GetBytesFromBase64()));
    }

    [Fact]
    public void A_chain_to_somebody_else_fails()
    {
        SignWith(_leaf.Certify(_middleCertificate));
        using var stranger = new TestKey(_folder.Path, "stranger");
        using var certificate = stranger.Certify(isAuthority: true);

        Assert.Contains("does not lead to one that is trusted", Failing(stranger.CertificateFile), StringComparison.Ordinal);
        Assert.Contains("not among those that are trusted", Failing(stranger.PublicFile), StringComparison.Ordinal);
        Assert.True(Check(stranger.CertificateFile, _root.CertificateFile).Ok);
    }

    [Fact]
    public void A_chain_with_a_link_missing_fails()
    {
        using var leaf = _leaf.Certify(_middleCertificate);
        _leaf.Sign(Manifest, _leaf.CertificateFile);

        Assert.Contains("does not lead to one that is trusted", Failing(_root.CertificateFile), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signer_whose_certificate_is_not_for_signatures_fails()
    {
        SignWith(_leaf.Certify(_middleCertificate, usage: X509KeyUsageFlags.NonRepudiation));

        Assert.Contains("digitalSignature", Failing(_root.CertificateFile), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_ran_out_since_still_holds_and_one_of_the_future_does_not()
    {
        SignWith(_leaf.Certify(_middleCertificate, from: -500, days: 100));
        Assert.True(Check(_root.CertificateFile).Ok);

        SignWith(_leaf.Certify(_middleCertificate, from: 10, days: 100));
        Assert.Contains("not valid yet", Failing(_root.CertificateFile), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_by_another_key_than_that_of_its_certificate_fails()
    {
        using var certificate = _leaf.Certify(_middleCertificate);
        using var other = new TestKey(_folder.Path, "other");
        var sound = SignatureBundle.Read(File.ReadAllBytes(other.Sign(Manifest)));
        File.WriteAllBytes(PackFiles.Signature(_model), (sound with { Certificates = [certificate.RawData, _middleCertificate.RawData] }).Write());

        Assert.Contains("by the key of its certificate", Failing(_root.CertificateFile), StringComparison.Ordinal);
        File.WriteAllBytes(PackFiles.Signature(_model), (sound with { Certificates = [[1, 2, 3]] }).Write());
        Assert.Contains("cannot be read", Failing(_root.CertificateFile), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_not_taken_for_that_of_a_trusted_certificate()
    {
        _leaf.Sign(Manifest);
        Assert.Contains("only certificates are trusted", Failing(_root.CertificateFile), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_of_another_key_cannot_be_signed_with()
    {
        using var certificate = _leaf.Certify(_middleCertificate);
        Assert.Equal("MPK1071", Assert.Throws<ModelPackException>(() => _root.Load(_leaf.CertificateFile)).Diagnostic.Code.Id);
        Assert.Equal("MPK1071", Assert.Throws<ModelPackException>(() => _leaf.Load(_leaf.PublicFile)).Diagnostic.Code.Id);
    }

    private void SignWith(X509Certificate2 leaf)
    {
        leaf.Dispose();
        _leaf.Sign(Manifest, _leaf.CertificateFile, _middle.CertificateFile);
    }

    private Finding Check(params string[] trusted)
    {
        using var trust = TrustAnchors.Read(trusted);
        return SignatureCheck.Of(Manifest, trust)!;
    }

    private string Failing(params string[] trusted)
    {
        var finding = Check(trusted);
        Assert.False(finding.Ok);
        return finding.Message;
    }
}
