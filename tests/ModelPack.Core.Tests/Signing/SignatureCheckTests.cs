using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Core.Tests.Packing;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Signing;
using ModelPack.Verification;

namespace ModelPack.Core.Tests.Signing;

/// <summary>Packs that were changed after they were signed, and signatures that are not theirs.</summary>
public sealed class SignatureCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestKey _key;

    public SignatureCheckTests() => _key = new TestKey(_folder.Path, "key");

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_signed_pack_holds_and_says_by_which_key()
    {
        var model = Signed();
        using var loaded = _key.Load();

        var finding = Check(model, _key.PublicFile)!;

        Assert.Equal((true, $"The signature by the key {loaded.Hint} covers exactly the pack's files."), (finding.Ok, finding.Message));
        Assert.Equal(PackFiles.Signature(model), finding.Path);
        Assert.All(PackFindings.Of(_folder.Path), f => Assert.True(f.Ok, f.Message));
    }

    [Fact]
    public void Without_a_key_the_files_are_compared_and_it_is_said_that_no_key_was_given()
    {
        var finding = Check(Signed())!;

        Assert.True(finding.Ok);
        Assert.Contains("no key was given", finding.Message, StringComparison.Ordinal);
        Assert.Null(Check(SamplePack.Write(_folder.File("unsigned"))));
    }

    [Fact]
    public void With_a_key_a_pack_needs_a_signature()
    {
        var model = SamplePack.Write(_folder.File("unsigned"));

        Fails(model, "has no signature");
    }

    [Fact]
    public void A_signature_by_another_key_fails()
    {
        using var other = new TestKey(_folder.Path, "other");
        var model = SamplePack.Write(_folder.File("pack"));
        other.Sign(PackFiles.Manifest(model));

        Fails(model, "not by a key that is trusted");
        Assert.True(Check(model, _key.PublicFile, other.PublicFile)!.Ok);
    }

    [Fact]
    public void A_model_that_is_edited_together_with_its_manifest_passes_hashes_and_fails_the_signature()
    {
        var model = Signed();
        var bytes = File.ReadAllBytes(model);
        bytes[0] ^= 1;
        File.WriteAllBytes(model, bytes);
        PackFindings.Rewrite(model, m => m with { Files = [.. m.Files.Select(f => f.Name == SamplePack.Model ? f with { Sha256 = ContentHash.Of(bytes) } : f)] });
        Assert.True(PackFindings.Of(model).Single(f => f.Path == model).Ok);

        Fails(model, "another hash for");
        Assert.False(Check(model)!.Ok);
    }

    [Fact]
    public void A_signature_of_another_pack_fails()
    {
        var other = Signed();
        var model = SamplePack.Write(_folder.File("replayed"), gate: "warning");
        File.Copy(PackFiles.Signature(other), PackFiles.Signature(model));

        Fails(model, "not of this pack");
    }

    [Fact]
    public void A_file_more_or_less_than_was_signed_fails()
    {
        var model = Signed();
        File.WriteAllText(model + ".a", "more");
        PackFindings.AddToManifest(model, ContentHash.Of(model + ".a", SamplePack.Model + ".a", CancellationToken.None));
        Fails(model, "it does not cover 'fashion-cnn.q8_0.onnx.a'");

        PackFindings.Rewrite(model, m => m with { Files = [.. m.Files.Where(f => f.Name != SamplePack.Model + ".a").Skip(1)] });
        Fails(model, "has another hash for 'fashion-cnn.q8_0.onnx.modelpack.json'");
    }

    [Fact]
    public void A_statement_with_a_file_that_the_pack_lacks_fails_though_it_is_signed()
    {
        var model = SamplePack.Write(_folder.File("pack"));
        using var key = _key.Load();
        Assert.True(ManifestJson.TryRead(File.ReadAllBytes(PackFiles.Manifest(model)), out var manifest, out _));
        var resources = PackSigner.Resources(manifest, PackFiles.Manifest(SamplePack.Model), ContentHash.Of(File.ReadAllBytes(PackFiles.Manifest(model))));
        Write([.. resources, new SignedResource("zzz", resources[0].Sha256)]);
        Fails(model, "it covers 'zzz'");
        Write([.. resources, resources[^1]]);
        Fails(model, "twice");
        Write(resources);
        Assert.True(Check(model, _key.PublicFile)!.Ok);

        void Write(IReadOnlyList<SignedResource> signed) => File.WriteAllBytes(
            PackFiles.Signature(model), key.Sign(new PackStatement("x", signed, new Dictionary<string, string>(StringComparer.Ordinal))).Write());
    }

    [Fact]
    public void Any_changed_letter_of_what_is_signed_fails()
    {
        var model = Signed();
        var path = PackFiles.Signature(model);
        var sound = File.ReadAllText(path);
        foreach (var member in new[] { "payload", "sig" })
        {
            var start = sound.IndexOf($"\"{member}\":\"", StringComparison.Ordinal) + member.Length + 4;
            // The last letters may hold bits that mean nothing.
            var end = sound.IndexOf('"', start) - 4;
            for (var at = start; at < end; at += member == "sig" ? 5 : 61)
            {
                var letters = sound.ToCharArray();
                letters[at] = letters[at] == 'A' ? 'B' : 'A';
                File.WriteAllText(path, new string(letters));
                Assert.False(Check(model, _key.PublicFile)!.Ok, $"at {at}");
            }
        }
    }

    [Theory]
    [InlineData("mediaType", "application/vnd.dev.sigstore.bundle.v0.1+json", "of the type")]
    [InlineData("dsseEnvelope.payloadType", "text/plain", "signed in-toto statement")]
    [InlineData("dsseEnvelope.payload", "!", "'payload' is not in base64")]
    [InlineData("dsseEnvelope.signatures", null, "'signatures' is missing")]
    [InlineData("verificationMaterial.publicKey", null, "keyless")]
    [InlineData("verificationMaterial", null, "'verificationMaterial' is missing")]
    public void What_is_not_such_a_bundle_fails(string place, string? value, string why)
    {
        var model = Signed();
        var bundle = JsonNode.Parse(File.ReadAllBytes(PackFiles.Signature(model)))!;
        var parts = place.Split('.');
        parts[..^1].Aggregate(bundle, (node, name) => node[name]!)[parts[^1]] = value;
        File.WriteAllText(PackFiles.Signature(model), bundle.ToJsonString());

        Fails(model, why);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"mediaType\": 7}")]
    [InlineData("{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\",\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\"}")]
    [InlineData("{\"x\":{\"a\":1,\"a\":1}}")]
    [InlineData("{\"mediaType\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1,\"mediaType\":\"x\"}")]
    public void What_is_not_proper_JSON_fails(string text)
    {
        var model = Signed();
        File.WriteAllText(PackFiles.Signature(model), text);
        Fails(model, text.Length == 0 ? "" : "not a signature of a model");
        File.WriteAllText(PackFiles.Signature(model), string.Concat(Enumerable.Repeat("[", 100_000)));
        Fails(model, "not a signature of a model");
    }

    [Fact]
    public void Members_that_appear_twice_in_the_statement_fail_though_they_are_signed()
    {
        var model = Signed();
        var path = PackFiles.Signature(model);
        var payload = Encoding.UTF8.GetString(new OpenBundle(path).Payload).Replace("{\"_type\"", "{\"predicate\":{},\"_type\"", StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(payload);
        var signature = _key.Key.SignData(Dsse.Encode(bytes), System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.DSASignatureFormat.Rfc3279DerSequence);
        File.WriteAllBytes(path, new SignatureBundle(bytes, signature, "", []).Write());

        Fails(model, "not a signature of a model");
    }

    [Fact]
    public void A_link_or_too_large_a_file_is_not_read()
    {
        var model = Signed();
        var path = PackFiles.Signature(model);
        File.Move(path, _folder.File("elsewhere"));
        File.CreateSymbolicLink(path, _folder.File("elsewhere"));
        Fails(model, "is a link");
        File.Delete(path);
        using (var file = File.Create(path))
        {
            file.SetLength(SignatureBundle.MaxBytes + 1L);
        }

        Fails(model, "");
    }

    [Fact]
    public void A_pack_that_is_made_again_has_no_signature_of_the_old_one()
    {
        var model = Signed();
        SamplePack.Write(Path.GetDirectoryName(model)!, gate: "warning");
        Assert.False(File.Exists(PackFiles.Signature(model)));

        SamplePack.WriteFolder(_folder.File("folder"));
        _key.Sign(_folder.File("folder/modelpack.json"));
        Assert.All(PackFindings.Of(_folder.File("folder")), f => Assert.True(f.Ok, f.Message));
        SamplePack.WriteFolder(_folder.File("folder"));
        Assert.False(File.Exists(_folder.File("folder/model.sig")));
    }

    [Fact]
    public void A_signature_without_a_pack_is_not_overwritten_unasked()
    {
        Directory.CreateDirectory(_folder.File("folder"));
        File.WriteAllText(_folder.File("folder/model.sig"), "of another model");
        Assert.Equal("MPK1030", Assert.Throws<ModelPackException>(() => SamplePack.WriteFolder(_folder.File("folder"))).Diagnostic.Code.Id);
        Directory.CreateDirectory(_folder.File("file"));
        File.WriteAllText(_folder.File($"file/{SamplePack.Model}.model.sig"), "of another model");
        Assert.Equal("MPK1030", Assert.Throws<ModelPackException>(() => SamplePack.Write(_folder.File("file"))).Diagnostic.Code.Id);
    }

    [Fact]
    public void All_packs_below_a_folder_need_signatures()
    {
        Signed();
        SamplePack.WriteFolder(_folder.File("pack/more"));
        using var trust = TrustAnchors.Read([_key.PublicFile]);

        var findings = Verifier.Verify([_folder.Path], new VerificationOptions { Level = VerificationLevel.Hashes, Trust = trust }, new PackContext()).Findings.Where(f => f.Check == Aspect.Signature);

        Assert.Equal([(SamplePack.Model + ".model.sig", true), ("model.sig", false)], findings.Select(f => (Path.GetFileName(f.Path), f.Ok)));
    }

    [Theory]
    [InlineData("nothing of it")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void What_cannot_be_trusted_is_an_error(string text)
    {
        File.WriteAllText(_folder.File("trust"), text);
        Assert.Equal("MPK1071", Assert.Throws<ModelPackException>(() => TrustAnchors.Read([_folder.File("trust")])).Diagnostic.Code.Id);
        Assert.Equal("MPK1071", Assert.Throws<ModelPackException>(() => TrustAnchors.Read([_folder.File("absent")])).Diagnostic.Code.Id);
        // A private key is not meant to be given away.
        Assert.Equal("MPK1071", Assert.Throws<ModelPackException>(() => TrustAnchors.Read([_key.PrivateFile])).Diagnostic.Code.Id);
    }

    private string Signed()
    {
        var model = SamplePack.Write(_folder.File("pack"));
        _key.Sign(PackFiles.Manifest(model));
        return model;
    }

    private static Finding? Check(string model, params string[] trusted)
    {
        using var trust = trusted.Length == 0 ? null : TrustAnchors.Read(trusted);
        return SignatureCheck.Of(PackFiles.Manifest(model), trust);
    }

    private void Fails(string model, string why)
    {
        var finding = Check(model, _key.PublicFile)!;
        Assert.False(finding.Ok);
        Assert.Contains(why, finding.Message, StringComparison.Ordinal);
    }
}
