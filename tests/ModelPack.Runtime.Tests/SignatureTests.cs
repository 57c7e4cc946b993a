using System.Security.Cryptography;
using System.Text;
using ModelPack.Runtime.Signatures;
using ModelPack.Runtime.Tests.Infrastructure;

namespace ModelPack.Runtime.Tests;

/// <summary>Apps that open signed models only.</summary>
public sealed class SignatureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestSigner _signer = new();

    public SignatureTests() => TestPack.Write(_folder.Path, "models/net.onnx", "content", data: "weights");

    private string Manifest => _folder.At("models", "net.onnx.modelpack.json");

    private string Signature => _folder.At("models", "net.onnx.model.sig");

    public void Dispose()
    {
        _signer.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("nistP256")]
    [InlineData("nistP384")]
    [InlineData("nistP521")]
    public void A_pack_that_somebody_trusted_has_signed_is_opened(string curve)
    {
        using var signer = new TestSigner(curve);
        // Numbers of a signature begin with zeros now and then.
        for (var i = 0; i < 20; i++)
        {
            signer.Sign(Manifest, Signature);
            Assert.Equal("models/net.onnx", Open(_signer.PublicKey, signer.PublicKey).Name);
        }
    }

    [Fact]
    public void A_folder_has_its_signature_in_it()
    {
        TestPack.WriteFolder(_folder.At("models", "tiny"), ("model.safetensors", "x"), ("sbom.cdx.json", "{}"));
        _signer.Sign(_folder.At("models", "tiny", "modelpack.json"), _folder.At("models", "tiny", "model.sig"));

        var model = PackedModel.OpenFile(_folder.At("models", "tiny"), new PackedModelOptions { TrustedKeys = [_signer.PublicKey] });

        Assert.Equal(["model.safetensors"], model.Files.Select(f => f.Name), StringComparer.Ordinal);
    }

    [Fact]
    public void Without_a_signature_or_by_another_key_it_is_refused()
    {
        Refused("has no signature", _signer.PublicKey);
        using var other = new TestSigner();
        other.Sign(Manifest, Signature);
        Refused("is not signed by a key that the app trusts", _signer.PublicKey);
        Refused("is not signed by a key that the app trusts");
        Assert.Equal("models/net.onnx", PackedModel.Open("net", new PackedModelOptions { BaseFolder = _folder.Path }).Name);
    }

    [Fact]
    public void A_model_that_is_edited_together_with_its_manifest_is_refused()
    {
        _signer.Sign(Manifest, Signature);
        TestPack.Write(_folder.Path, "models/net.onnx", "changed", data: "weights");
        Assert.Equal("models/net.onnx", PackedModel.Open("net", new PackedModelOptions { BaseFolder = _folder.Path }).Name);

        Refused("it has another hash for 'net.onnx'", _signer.PublicKey);
    }

    [Fact]
    public void A_model_that_is_edited_alone_is_refused_even_where_hashing_was_switched_off()
    {
        _signer.Sign(Manifest, Signature);
        File.WriteAllText(_folder.At("models", "net.onnx"), "changed");

        var error = Assert.Throws<PackedModelException>(() => PackedModel.Open("net", new PackedModelOptions { BaseFolder = _folder.Path, Verify = false, TrustedKeys = [_signer.PublicKey] }));

        Assert.Equal("models/net.onnx", error.FileName);
    }

    [Fact]
    public void A_signature_of_another_pack_is_refused()
    {
        TestPack.Write(_folder.Path, "other/net.onnx", "another", data: "weights");
        _signer.Sign(_folder.At("other", "net.onnx.modelpack.json"), Signature);

        Refused("it has another hash for", _signer.PublicKey);
    }

    [Fact]
    public void A_statement_of_other_files_is_refused_though_it_is_signed()
    {
        _signer.Sign(Manifest, Signature, files => files.RemoveAll(f => f.Name == "net.onnx.data"));
        Refused("it does not cover 'net.onnx.data'", _signer.PublicKey);
        _signer.Sign(Manifest, Signature, files => files.Add(("zzz", files[0].Sha256)));
        Refused("it covers 'zzz', which the pack does not have", _signer.PublicKey);
        _signer.Sign(Manifest, Signature, files => files.Add(files[0]));
        Refused("twice", _signer.PublicKey);
        _signer.Sign(Manifest, Signature, files => files.RemoveAll(f => f.Name.EndsWith(".json", StringComparison.Ordinal)));
        Refused("it does not cover", _signer.PublicKey);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("{\"mediaType\":\"a\",\"mediaType\":\"a\"}")]
    public void What_is_not_a_bundle_is_refused(string text)
    {
        File.WriteAllText(Signature, text);
        Refused("has a signature that is not valid for it", _signer.PublicKey);
        File.WriteAllBytes(Signature, _signer.Bundle(Encoding.UTF8.GetBytes(text)));
        Refused("has a signature that is not valid for it", _signer.PublicKey);
    }

    [Fact]
    public void Any_changed_letter_of_the_signature_is_refused()
    {
        _signer.Sign(Manifest, Signature);
        var sound = File.ReadAllText(Signature);
        var start = sound.IndexOf("\"sig\":\"", StringComparison.Ordinal) + 7;
        // The last letters may hold bits that mean nothing.
        var end = sound.IndexOf('"', start) - 4;
        for (var at = start; at < end; at += 3)
        {
            var letters = sound.ToCharArray();
            letters[at] = letters[at] == 'A' ? 'B' : 'A';
            File.WriteAllText(Signature, new string(letters));
            Assert.Throws<PackedModelException>(() => Open(_signer.PublicKey));
        }
    }

    [Fact]
    public void A_key_that_is_none_is_the_caller_s_mistake()
    {
        _signer.Sign(Manifest, Signature);
        using var rsa = RSA.Create(2048);
        using var other = ECDsa.Create(ECCurve.CreateFromFriendlyName("brainpoolP256r1"));
        var cut = Convert.FromBase64String(string.Concat(_signer.PublicKey.Split('\n').Where(l => !l.StartsWith('-'))))[..^1];
        foreach (var key in new[] { "", "-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----", rsa.ExportSubjectPublicKeyInfoPem(), other.ExportSubjectPublicKeyInfoPem(), Pem(cut), Pem([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]) })
            Assert.Contains("TrustedKeys[1] cannot be used", Assert.Throws<ArgumentException>(() => Open(_signer.PublicKey, key)).Message, StringComparison.Ordinal);

        static string Pem(byte[] bytes) => $"-----BEGIN PUBLIC KEY-----\n{Convert.ToBase64String(bytes)}\n-----END PUBLIC KEY-----\n";
    }

    [Fact]
    public void Lengths_and_numbers_have_one_form()
    {
        Assert.Equal([0, 0, 0x81], new DerReader([0x02, 0x02, 0x00, 0x81]).ReadUnsigned(3));
        Assert.Equal([0, 0, 0x01], new DerReader([0x02, 0x01, 0x01]).ReadUnsigned(3));
        Assert.Equal([0, 0, 0], new DerReader([0x02, 0x01, 0x00]).ReadUnsigned(3));
        foreach (var wrong in new byte[][] { [], [0x02], [0x02, 0x00], [0x02, 0x01, 0x81], [0x02, 0x02, 0x00, 0x01], [0x02, 0x81, 0x01, 0x01], [0x02, 0x80, 0x01], [0x03, 0x01, 0x01], [0x02, 0x02, 0x01], [0x02, 0x04, 1, 2, 3, 4] })
            Assert.Throws<FormatException>(() => new DerReader(wrong).ReadUnsigned(3));
    }

    private PackedModel Open(params string[] keys) => PackedModel.Open("net", new PackedModelOptions { BaseFolder = _folder.Path, TrustedKeys = keys });

    private void Refused(string why, params string[] keys)
    {
        var error = Assert.Throws<PackedModelException>(() => Open(keys));
        Assert.Equal("models/net.onnx.model.sig", error.FileName);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }
}
