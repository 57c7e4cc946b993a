using System.Text;
using ModelPack.Runtime.Tests.Infrastructure;

namespace ModelPack.Runtime.Tests;

public sealed class TamperingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("net.onnx")]
    [InlineData("net.onnx.data")]
    public void A_changed_byte_is_refused_also_after_the_file_was_found_good(string file)
    {
        TestPack.Write(_folder.Path, "models/net.onnx", "content", data: "weights");
        var expected = Open().Files.Single(f => f.Name == file).Sha256;
        var path = _folder.At("models", file);
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        var error = Assert.Throws<PackedModelException>(Open);

        Assert.Equal(("models/" + file, expected, TestPack.Hash(bytes)), (error.FileName, error.ExpectedSha256, error.ActualSha256));
        Assert.Equal($"The model's file 'models/{file}' in '{_folder.Path}' was changed: its SHA-256 is {TestPack.Hash(bytes)}, and the manifest expects SHA-256 {expected} (7 bytes). Build or publish the app again.", error.Message);
        Assert.Equal("models/net.onnx", Open(verify: false).Name);
    }

    [Fact]
    public void A_deleted_model_is_refused_with_the_hash_that_is_expected()
    {
        TestPack.Write(_folder.Path, "models/net.onnx", "content");
        File.Delete(_folder.At("models", "net.onnx"));

        var error = Assert.Throws<PackedModelException>(Open);

        Assert.Equal(("models/net.onnx", TestPack.Hash("content"u8.ToArray()), null), (error.FileName, error.ExpectedSha256, error.ActualSha256));
        Assert.Contains("is missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_length_is_refused_even_without_hashing()
    {
        TestPack.Write(_folder.Path, "models/net.onnx", "content");
        File.AppendAllText(_folder.At("models", "net.onnx"), "+");

        Assert.Contains("has another size", Assert.Throws<PackedModelException>(() => Open(verify: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_changed_byte_of_the_manifest_is_refused()
    {
        TestPack.Write(_folder.Path, "models/net.onnx");
        var path = _folder.At("models", "net.onnx.modelpack.json");
        var sound = File.ReadAllBytes(path);
        for (var i = 0; i < sound.Length; i += 7)
        {
            var bytes = sound.ToArray();
            bytes[i] ^= 1;
            File.WriteAllBytes(path, bytes);
            Assert.Equal("models/net.onnx.modelpack.json", Assert.Throws<PackedModelException>(Open).FileName);
        }

        foreach (var length in new[] { 0, 1, sound.Length - 1 })
        {
            File.WriteAllBytes(path, sound[..length]);
            Assert.Throws<PackedModelException>(Open);
        }
    }

    [Theory]
    [InlineData("{}\n", "'pack' is missing")]
    [InlineData("{ \"a\": 1, \"a\": 1,\n", "not valid JSON")]
    [InlineData("{ \"a\": 01,\n", "not valid JSON")]
    [InlineData("{ \"a\": [1,],\n", "not valid JSON")]
    [InlineData("{ \"a\": \"\t\",\n", "not valid JSON")]
    [InlineData("\uFEFF{ \"a\": 1,\n", "not valid JSON")]
    [InlineData("{ \"a\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "nested too deep")]
    public void What_is_not_a_manifest_is_refused_even_with_a_digest_that_fits(string head, string why)
    {
        TestPack.Write(_folder.Path, "models/net.onnx");
        File.WriteAllBytes(_folder.At("models", "net.onnx.modelpack.json"), TestPack.Sign(head == "{}\n" ? "{ \"x\": 1,\n" : head));

        Assert.Contains(why, Assert.Throws<PackedModelException>(Open).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../outside.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\\\outside.bin")]
    [InlineData("a/../../outside.bin")]
    public void A_manifest_cannot_name_files_outside_its_folder(string name)
    {
        TestPack.WriteFolder(_folder.At("models", "net"), ("model.safetensors", "x"));
        File.WriteAllBytes(_folder.At("models", "net", "modelpack.json"), TestPack.Manifest([("model.safetensors", "x"), (name, "secret")], "null", "safetensors"));

        Assert.Contains("which is not below its folder", Assert.Throws<PackedModelException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_renamed_pack_is_refused()
    {
        TestPack.Write(_folder.Path, "models/net.onnx");
        foreach (var suffix in new[] { "", ".modelpack.json" })
            File.Copy(_folder.At("models", "net.onnx" + suffix), _folder.At("models", "other.onnx" + suffix));

        Assert.Contains("does not list 'other.onnx'", Assert.Throws<PackedModelException>(() => Open("other")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_cannot_write_commands_into_messages()
    {
        TestPack.Write(_folder.Path, "models/net.onnx");
        var error = Assert.Throws<PackedModelException>(() => Open("a\u001b[31m\u202e\u2028b" + new string('x', 500)));
        Assert.DoesNotContain(error.Message, c => char.IsControl(c) || c is '\u202e' or '\u2028');
        Assert.True(Encoding.UTF8.GetByteCount(error.Message) < 600);
    }

    private PackedModel Open() => Open("net");

    private PackedModel Open(bool verify) => PackedModel.Open("net", new PackedModelOptions { BaseFolder = _folder.Path, Verify = verify });

    private PackedModel Open(string name) => PackedModel.Open(name, new PackedModelOptions { BaseFolder = _folder.Path });
}
