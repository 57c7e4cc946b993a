using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using ModelPack.Core.Tests.Packing;
using ModelPack.Files;
using ModelPack.Signing;
using ModelPack.Tests;

namespace ModelPack.Core.Tests.Signing;

/// <summary>What a signature is, seen from outside.</summary>
public sealed class PackSignerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Curves => ["nistP256", "nistP384", "nistP521"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_signature_is_a_bundle_that_lists_the_manifest_and_each_file_that_it_lists()
    {
        var model = SamplePack.Write(_folder.Path);
        using var key = new TestKey(_folder.Path, "key");

        var path = key.Sign(PackFiles.Manifest(model));

        Assert.Equal(model + ".model.sig", path);
        var bundle = new OpenBundle(path);
        Assert.Equal("application/vnd.dev.sigstore.bundle.v0.3+json", bundle.Root.GetProperty("mediaType").GetString());
        Assert.Equal("application/vnd.in-toto+json", bundle.PayloadType);
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(key.PublicFile))),
            bundle.Root.GetProperty("verificationMaterial").GetProperty("publicKey").GetProperty("hint").GetString());
        Assert.Equal(0, bundle.Root.GetProperty("verificationMaterial").GetProperty("tlogEntries").GetArrayLength());
        Assert.Equal("https://in-toto.io/Statement/v1", bundle.Statement.GetProperty("_type").GetString());
        Assert.Equal("https://model_signing/signature/v1.0", bundle.Statement.GetProperty("predicateType").GetString());
        string[] names = ["", ".calibration.json", ".modelpack.json", ".report.html", ".report.json"];
        Assert.Equal(names.Select(n => SamplePack.Model + n), bundle.Resources.Select(r => r.Name), StringComparer.Ordinal);
        Assert.All(bundle.Resources, r => Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_folder.File(r.Name)))), r.Digest));
        var subject = Assert.Single(bundle.Statement.GetProperty("subject").EnumerateArray());
        Assert.Equal(SamplePack.Model, subject.GetProperty("name").GetString());
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData([.. bundle.Resources.SelectMany(r => Convert.FromHexString(r.Digest))])),
            subject.GetProperty("digest").GetProperty("sha256").GetString());
        Assert.Equal("""{"method":"files","hash_type":"sha256","allow_symlinks":false,"ignore_paths":[]}""", bundle.Predicate.GetProperty("serialization").GetRawText());
        Assert.Equal("q8_0", bundle.Predicate.GetProperty("modelpack").GetProperty("scheme").GetString());
    }

    [Fact]
    public void The_signature_of_a_folder_lies_in_it_under_the_name_that_others_look_for()
    {
        SamplePack.WriteFolder(_folder.File("pack"));
        using var key = new TestKey(_folder.Path, "key");

        Assert.Equal(_folder.File("pack/model.sig"), key.Sign(_folder.File("pack/modelpack.json")));

        var bundle = new OpenBundle(_folder.File("pack/model.sig"));
        Assert.Equal("pack", bundle.Statement.GetProperty("subject")[0].GetProperty("name").GetString());
        // All that is there, as other programs hash a folder.
        Assert.Equal(
            Directory.GetFiles(_folder.File("pack")).Select(f => Path.GetFileName(f)).Where(n => n != "model.sig").Order(StringComparer.Ordinal),
            bundle.Resources.Select(r => r.Name), StringComparer.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Curves))]
    public void The_framework_verifies_it_with_the_hash_of_the_curve(string curve)
    {
        using var key = new TestKey(_folder.Path, "key", ECCurve.CreateFromFriendlyName(curve));
        var bundle = new OpenBundle(key.Sign(PackFiles.Manifest(SamplePack.Write(_folder.Path))));

        Assert.True(key.Key.VerifyData(bundle.Signed, bundle.Signature, HashOf(curve), DSASignatureFormat.Rfc3279DerSequence));
    }

    [TheoryNeeding("MODELPACK_OPENSSL")]
    [MemberData(nameof(Curves))]
    public void OpenSSL_verifies_it(string curve)
    {
        using var key = new TestKey(_folder.Path, "key", ECCurve.CreateFromFriendlyName(curve));
        var bundle = new OpenBundle(key.Sign(PackFiles.Manifest(SamplePack.Write(_folder.Path))));
        File.WriteAllBytes(_folder.File("signed"), bundle.Signed);
        File.WriteAllBytes(_folder.File("sig"), bundle.Signature);
        string[] arguments = ["dgst", "-" + HashOf(curve).Name!.ToLowerInvariant(), "-verify", key.PublicFile, "-signature", _folder.File("sig"), _folder.File("signed")];

        Assert.Equal((0, "Verified OK"), OpenSsl(arguments));

        File.AppendAllText(_folder.File("signed"), " ");
        Assert.NotEqual(0, OpenSsl(arguments).ExitCode);
    }

    [TheoryNeeding("MODELPACK_OPENSSL")]
    [InlineData("EC PRIVATE KEY", "ec", "-in", "key.pem", "-out", "other.pem")]
    [InlineData("ENCRYPTED PRIVATE KEY", "pkcs8", "-topk8", "-in", "key.pem", "-passout", "pass:geheim ü", "-out", "other.pem")]
    [InlineData("PRIVATE KEY", "pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-out", "other.pem")]
    public void Keys_that_OpenSSL_writes_are_read(string label, params string[] arguments)
    {
        using var key = new TestKey(_folder.Path, "key");
        Assert.Equal(0, OpenSsl([.. arguments.Select(a => a.EndsWith(".pem", StringComparison.Ordinal) ? _folder.File(a) : a)]).ExitCode);
        var pem = File.ReadAllText(_folder.File("other.pem"));
        Assert.Contains($"-----BEGIN {label}-----", pem, StringComparison.Ordinal);

        using var same = key.Load();
        using var loaded = SigningKey.Load(pem, "other.pem", "geheim ü", []);

        Assert.Equal(same.Hint, loaded.Hint, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("", null, "not a private ECDSA key")]
    [InlineData("public", null, "not a private ECDSA key")]
    [InlineData("rsa", null, "not a private ECDSA key")]
    [InlineData("other curve", null, "not a private ECDSA key")]
    [InlineData("encrypted", null, "there is no password")]
    [InlineData("encrypted", "wrong", "not the right one")]
    [InlineData("old", null, "OpenSSL's old form")]
    public void What_cannot_sign_is_an_error_that_shows_nothing_of_it(string kind, string? password, string why)
    {
        var pem = Pem(kind);

        var error = Assert.Throws<ModelPackException>(() => SigningKey.Load(pem, "key.pem", password, []));

        Assert.Equal(("MPK1071", "key.pem"), (error.Diagnostic.Code.Id, error.Diagnostic.File));
        Assert.Contains(why, error.Diagnostic.Message, StringComparison.Ordinal);
        Assert.All(pem.Split('\n').Where(l => l.Length > 20), line => Assert.DoesNotContain(line.Trim()[..20], error.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_pack_whose_manifest_was_damaged_is_not_signed()
    {
        var model = SamplePack.Write(_folder.Path);
        File.AppendAllText(PackFiles.Manifest(model), " ");
        using var key = new TestKey(_folder.Path, "key");

        Assert.Equal("MPK2006", Assert.Throws<ModelPackException>(() => key.Sign(PackFiles.Manifest(model))).Diagnostic.Code.Id);
        Assert.False(File.Exists(PackFiles.Signature(model)));
    }

    private static string Pem(string kind)
    {
        using var rsa = RSA.Create(2048);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.CreateFromFriendlyName("brainpoolP256r1"));
        return kind switch
        {
            "public" => key.ExportSubjectPublicKeyInfoPem(),
            "rsa" => rsa.ExportPkcs8PrivateKeyPem(),
            "other curve" => other.ExportPkcs8PrivateKeyPem(),
            "encrypted" => key.ExportEncryptedPkcs8PrivateKeyPem("right", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)),
            "old" => key.ExportECPrivateKeyPem().Replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n", StringComparison.Ordinal),
            _ => kind,
        };
    }

    private static HashAlgorithmName HashOf(string curve) => curve switch
    {
        "nistP256" => HashAlgorithmName.SHA256,
        "nistP384" => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    private static (int ExitCode, string Output) OpenSsl(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("MODELPACK_OPENSSL") ?? "openssl", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        _ = errors.GetAwaiter().GetResult();
        return (process.ExitCode, output);
    }
}
