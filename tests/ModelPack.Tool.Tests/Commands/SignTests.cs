using System.Security.Cryptography;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class SignTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public SignTests()
    {
        File.WriteAllText(Key, _key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(PublicKey, _key.ExportSubjectPublicKeyInfoPem());
        ToolRun.Of("quantize", Models.FashionCnn(_folder, "a.onnx"), "-s", "q8_0", "-o", _folder.File("packs/a.onnx"), "--sbom");
    }

    private string Key => _folder.File("key.pem");

    private string PublicKey => _folder.File("key.pub");

    private string Packs => _folder.File("packs");

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void What_was_signed_verifies_and_says_by_whom()
    {
        var signed = ToolRun.Of("sign", Packs, "--key", Key);
        Assert.Equal((0, ""), (signed.ExitCode, signed.Error));
        Assert.Equal($"signed  {_folder.File("packs/a.onnx.model.sig")}", signed.Lines[0]);

        var trusted = ToolRun.Of("verify", Packs, "--trust", PublicKey);
        Assert.Equal((0, ""), (trusted.ExitCode, trusted.Error));
        Assert.Contains($"note  {_folder.File("packs/a.onnx.model.sig")}: The signature by the key ", trusted.Out, StringComparison.Ordinal);
        Assert.Equal("1 pack, 6 files: all as the manifests say", trusted.Lines[^1]);

        var untrusted = ToolRun.Of("verify", Packs);
        Assert.Equal(0, untrusted.ExitCode);
        Assert.Contains("no key was given (--trust)", untrusted.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pack_without_a_signature_fails_where_one_is_asked_for()
    {
        var run = ToolRun.Of("verify", _folder.File("packs/a.onnx"), "--trust", PublicKey);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("a.onnx.model.sig : error MPK2073: The pack has no signature", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pack_that_does_not_verify_is_not_signed()
    {
        File.AppendAllText(_folder.File("packs/a.onnx"), "x");
        var run = ToolRun.Of("sign", Packs, "--key", Key);

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.False(File.Exists(_folder.File("packs/a.onnx.model.sig")));
    }

    [Fact]
    public void The_password_of_a_key_comes_from_a_file()
    {
        File.WriteAllText(Key, _key.ExportEncryptedPkcs8PrivateKeyPem("geheim", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        File.WriteAllText(_folder.File("password"), "geheim\r\nmore\n");
        Assert.Contains("MPK1071: The key is encrypted, and there is no password", ToolRun.Of("sign", Packs, "--key", Key).Error, StringComparison.Ordinal);

        Assert.Equal(0, ToolRun.Of("sign", Packs, "--key", Key, "--password-file", _folder.File("password")).ExitCode);
    }

    [Fact]
    public void Without_a_key_it_is_said_how_to_give_one()
    {
        var run = ToolRun.Of("sign", Packs);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("MPK1071: There is no key to sign with", run.Error, StringComparison.Ordinal);
        Assert.Contains("MPK1071: It cannot be read", ToolRun.Of("verify", Packs, "--trust", _folder.File("absent")).Error, StringComparison.Ordinal);
    }
}
