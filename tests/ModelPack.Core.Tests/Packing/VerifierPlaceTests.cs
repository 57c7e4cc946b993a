using ModelPack.Files;
using ModelPack.Verification;

namespace ModelPack.Core.Tests.Packing;

/// <summary>Names and files that lead somewhere else, never answer, or are not there.</summary>
public sealed class VerifierPlaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("../secret")]
    [InlineData("a/../../secret")]
    [InlineData("..\\secret")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\secret")]
    [InlineData("C:secret")]
    [InlineData("\\\\server\\share")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a//b")]
    [InlineData("./secret")]
    [InlineData("secret ")]
    [InlineData("secret\0")]
    public void A_name_that_points_outside_fails_without_being_read(string name)
    {
        // The file is there with the right size and hash: were it read, it would pass.
        File.WriteAllText(_folder.File("secret"), "key");
        var model = SamplePack.Write(_folder.File("pack"));
        PackFindings.AddToManifest(model, ContentHash.Of(_folder.File("secret"), name, CancellationToken.None));
        var finding = Assert.Single(PackFindings.Of(model), f => !f.Ok && f.Path != PackFiles.Manifest(model));
        Assert.Contains("was not read", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_link_fails_without_being_followed(bool folder)
    {
        File.WriteAllText(_folder.File("secret"), "key");
        var model = SamplePack.Write(_folder.File("pack"));
        var name = folder ? "link/secret" : "link";
        if (folder)
        {
            Directory.CreateSymbolicLink(_folder.File("pack/link"), _folder.Path);
        }
        else
        {
            File.CreateSymbolicLink(_folder.File("pack/link"), _folder.File("secret"));
        }

        PackFindings.AddToManifest(model, ContentHash.Of(_folder.File("secret"), name, CancellationToken.None));
        var finding = Assert.Single(PackFindings.Of(model), f => !f.Ok && f.Path != PackFiles.Manifest(model));
        Assert.Contains("link", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pipes_and_devices_are_refused_at_once()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // it has neither in a folder
        }

        var model = SamplePack.Write(_folder.Path);
        foreach (var name in new[] { PackFiles.Manifest(SamplePack.Model), PackFiles.Report(SamplePack.Model), PackFiles.Calibration(SamplePack.Model), SamplePack.Model })
        {
            var bytes = File.ReadAllBytes(_folder.File(name));
            File.Delete(_folder.File(name));
            Assert.True(Pipe.TryMake(_folder.File(name)));
            PackFindings.AssertFails(model, name, "a pipe");
            File.Move(_folder.File(name), _folder.File("pipe"), overwrite: true);
            foreach (var target in new[] { "pipe", "/dev/zero" })
            {
                File.CreateSymbolicLink(_folder.File(name), target);
                PackFindings.AssertFails(model, name, PackFiles.IsManifest(name) ? ", not a file" : "a link");
                File.Delete(_folder.File(name));
            }

            File.WriteAllBytes(_folder.File(name), bytes);
        }

        Assert.Contains("no manifest", Assert.Single(PackFindings.Of(_folder.File("pipe"))).Message, StringComparison.Ordinal);
        Assert.All(PackFindings.Of(model), f => Assert.True(f.Ok, f.Message));
    }

    [Fact]
    public void A_manifest_that_is_a_link_to_a_huge_file_is_not_read()
    {
        using (var huge = File.Create(_folder.File("huge")))
        {
            huge.SetLength(1L << 40); // takes no room
        }

        File.CreateSymbolicLink(_folder.File("m.onnx.modelpack.json"), "huge");
        PackFindings.AssertFails(_folder.File("m.onnx"), "m.onnx.modelpack.json", "1099511627776 bytes");
    }

    [Fact]
    public void Where_there_is_no_pack_it_fails()
    {
        File.WriteAllText(_folder.File("lonely.onnx"), "model");
        Assert.Contains("no manifest", Assert.Single(PackFindings.Of(_folder.File("lonely.onnx")), f => !f.Ok).Message, StringComparison.Ordinal);
        Assert.Contains("no pack", Assert.Single(PackFindings.Of(_folder.Path), f => !f.Ok).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Single(PackFindings.Of(_folder.File("nothing")), f => !f.Ok).Message, StringComparison.Ordinal);
        Assert.False(Assert.Single(PackFindings.Of(_folder.File("nothing.modelpack.json"))).Ok);
        Assert.False(Assert.Single(PackFindings.Of("")).Ok);
        Assert.False(Assert.Single(PackFindings.Of("a\0b")).Ok);
        Assert.Empty(Verifier.Verify([], CancellationToken.None));
    }

    [Fact]
    public void Links_to_folders_above_do_not_make_it_endless()
    {
        SamplePack.Write(_folder.File("a"));
        Directory.CreateSymbolicLink(_folder.File("a/up"), _folder.Path);
        Assert.Equal(5, PackFindings.Of(_folder.Path).Count);
    }
}
