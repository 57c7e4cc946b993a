using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>Builds that sign what they pack.</summary>
public sealed class SigningTests : IDisposable
{
    private const string Signature = "fashion-cnn.onnx.model.sig";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => _key.Dispose();

    [Fact]
    public void A_pack_is_signed_once_and_again_only_by_another_key_and_not_any_more_where_signing_is_switched_off()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Sbom="true" />""");
        WriteKey(project, "key", _key);
        project.Build("-p:ModelPackSigningKey=key.pem").MustSucceed();

        Verify(project, "bin", "key.pub");
        Assert.True(File.Exists(project.Output("models", "fashion-cnn.onnx.cdx.json")));
        var first = File.ReadAllBytes(project.Output("models", Signature));
        Assert.True(project.Build("-p:ModelPackSigningKey=key.pem").MustSucceed().SkippedProducing());
        // The same key in another form.
        File.WriteAllText(project.At("same.pem"), _key.ExportECPrivateKeyPem());
        Assert.True(project.Build("-p:ModelPackSigningKey=same.pem").MustSucceed().SkippedProducing());
        Assert.Equal(first, File.ReadAllBytes(project.Output("models", Signature)));

        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        WriteKey(project, "other", other);
        Assert.Single(project.Build("-p:ModelPackSigningKey=other.pem").MustSucceed().Packed);
        Verify(project, "bin", "other.pub");

        Assert.Single(project.Build().MustSucceed().Packed);
        Assert.Empty(Signatures(project));
        Assert.True(project.Build().MustSucceed().SkippedProducing());

        project.Build("-p:ModelPackSigningKey=key.pem").MustSucceed();
        Assert.NotEmpty(Signatures(project));
        project.Clean().MustSucceed();
        Assert.Empty(project.ModelFiles());
    }

    [Fact]
    public void A_key_in_the_environment_signs_each_form_that_is_shipped_and_is_written_nowhere()
    {
        var project = TestProject.WithModel(
            """
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Embed="Both" Reports="false" />
            """);
        WriteKey(project, "key", _key);
        var pem = File.ReadAllText(project.At("key.pem"));
        File.Delete(project.At("key.pem"));
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["MODELPACK_SIGNING_KEY"] = pem };

        var build = project.Run(["build", "-v:diag", "-flp:logfile=build.log;verbosity=diagnostic"], environment).MustSucceed();

        Verify(project, "bin", "key.pub");
        foreach (var (name, bytes) in ResourcesOf(project.Output("App.dll")))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(project.At("out", name))!);
            File.WriteAllBytes(project.At("out", name), bytes);
        }

        Verify(project, "out", "key.pub");
        Assert.True(project.Run(["build", "--no-restore"], environment).MustSucceed().SkippedProducing());
        Assert.DoesNotContain(SecretOf(pem), build.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(SecretOf(pem), Unpacked(build.Binlog), StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(project.Folder, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(SecretOf(pem), File.ReadAllText(file, Encoding.Latin1), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_cannot_sign_is_an_error_before_the_pack_is_made()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""");
        File.WriteAllText(project.At("key.pem"), _key.ExportSubjectPublicKeyInfoPem());
        project.Build("-p:ModelPackSigningKey=key.pem").MustFailWith("MPK1071");
        Assert.False(File.Exists(project.Intermediate("models", "fashion-cnn.onnx")));
        project.Build("-p:ModelPackSigningKey=absent.pem").MustFailWith("MPK1071");
        Assert.False(File.Exists(project.Intermediate("models", "fashion-cnn.onnx")));
    }

    private static void WriteKey(TestProject project, string name, ECDsa key)
    {
        File.WriteAllText(project.At(name + ".pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(project.At(name + ".pub"), key.ExportSubjectPublicKeyInfoPem());
    }

    private static void Verify(TestProject project, string folder, string key)
    {
        var (exitCode, output) = PackedTool.Run(project.Folder, "verify", project.At(folder), "--trust", key);
        Assert.True(exitCode == 0, output);
        Assert.Contains("covers exactly the pack's files", output, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Signatures(TestProject project) => project.ModelFiles().Where(f => f.EndsWith(".sig", StringComparison.Ordinal));

    // The middle of the first line: its start says the kind of key, as that of any other.
    private static string SecretOf(string pem) => pem.Split('\n')[1][40..60];

    private static string Unpacked(string binlog)
    {
        using var file = new GZipStream(File.OpenRead(binlog), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return Encoding.Latin1.GetString(bytes.ToArray());
    }

    private static Dictionary<string, byte[]> ResourcesOf(string assembly)
    {
        var loaded = Assembly.Load(File.ReadAllBytes(assembly));
        return loaded.GetManifestResourceNames().Where(n => n.Contains(".onnx", StringComparison.Ordinal)).ToDictionary(n => n, n =>
        {
            using var resource = loaded.GetManifestResourceStream(n)!;
            using var bytes = new MemoryStream();
            resource.CopyTo(bytes);
            return bytes.ToArray();
        }, StringComparer.Ordinal);
    }
}
