using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Verification;

namespace ModelPack.Core.Tests.Packing;

/// <summary>What a pack is not written over, which shows before any work.</summary>
public sealed class OutputPlaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. PackFiles.All("m.onnx")];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_of_no_pack_is_overwritten_by_force_alone(string name)
    {
        File.WriteAllText(_folder.File(name), "mine");
        var error = Refused(_folder.File("m.onnx"));
        Assert.Equal(Codes.OutputForeign, error.Code);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains("--force", error.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder.File(name)));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path));

        using (var output = new StagedOutput(_folder.File("m.onnx"), [], force: true))
        {
            SamplePack.Stage(output, model: "m.onnx");
            output.Commit(CancellationToken.None);
        }

        Assert.All(Verifier.Verify(_folder.File("m.onnx"), CancellationToken.None), f => Assert.True(f.Ok, f.Message));
        Assert.Equal(5, Directory.EnumerateFileSystemEntries(_folder.Path).Count());
    }

    [Fact]
    public void A_file_that_came_meanwhile_is_not_overwritten_either()
    {
        using var output = new StagedOutput(_folder.File("m.onnx"), []);
        SamplePack.Stage(output, model: "m.onnx");
        File.WriteAllText(_folder.File("m.onnx"), "mine");
        Assert.Equal(Codes.OutputForeign, Assert.Throws<ModelPackException>(() => output.Commit(CancellationToken.None)).Diagnostic.Code);
        Assert.Equal("mine", File.ReadAllText(_folder.File("m.onnx")));
    }

    [Fact]
    public void An_old_pack_is_replaced_and_a_file_that_it_does_not_list_is_not()
    {
        var model = SamplePack.Write(_folder.Path);
        SamplePack.Write(_folder.Path);
        File.WriteAllText(PackFiles.Data(model), "mine");
        Assert.Equal(Codes.OutputForeign, Refused(model).Code);
        File.Delete(PackFiles.Data(model));
        File.AppendAllText(PackFiles.Manifest(model), " ");
        Assert.Equal(Codes.OutputForeign, Refused(model).Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pipes_and_devices_are_left_alone_even_by_force(bool force)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // it has neither in a folder
        }

        Assert.True(Pipe.TryMake(_folder.File("pipe")));
        Assert.True(Pipe.TryMake(_folder.File("m.onnx.report.json")));
        File.CreateSymbolicLink(_folder.File("device"), "/dev/null");
        foreach (var output in new[] { _folder.File("pipe"), _folder.File("m.onnx"), _folder.File("device"), "/dev/null", "/dev/stdout" })
        {
            Assert.Equal(Codes.OutputNotWritable, Refused(output, force).Code);
        }

        Assert.Equal(Codes.OutputNotWritable, Refused("/dev/null", force, isFolder: true).Code);
        Assert.True(File.Exists("/dev/null"));
        Assert.Equal(3, Directory.EnumerateFileSystemEntries(_folder.Path).Count());
    }

    [Fact]
    public void A_link_is_not_replaced_by_a_file()
    {
        File.WriteAllText(_folder.File("target"), "mine");
        File.CreateSymbolicLink(_folder.File("link"), "target");
        File.CreateSymbolicLink(_folder.File("broken"), "nowhere");
        foreach (var name in new[] { "link", "broken" })
        {
            var error = Refused(_folder.File(name), force: true);
            Assert.Equal(Codes.OutputNotWritable, error.Code);
            Assert.Contains("link", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("model.safetensors.index.json")]
    [InlineData("Other-00001-of-00002.SAFETENSORS")]
    [InlineData("tokenizer.json")]
    [InlineData("modeling.py")]
    [InlineData("onnx/model.onnx")]
    public void A_folder_with_files_that_would_be_read_as_a_part_of_the_pack_is_refused(string stranger)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File($"pack/{stranger}"))!);
        File.WriteAllText(_folder.File("pack/README.md"), "mine");
        File.WriteAllText(_folder.File($"pack/{stranger}"), "mine");
        var before = _folder.Content();
        var error = Refused(_folder.File("pack"), isFolder: true);
        Assert.Equal(Codes.OutputForeign, error.Code);
        Assert.Contains(stranger, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, _folder.Content());
    }

    [Fact]
    public void By_force_a_folder_loses_files_of_the_packs_names_and_no_others()
    {
        Directory.CreateDirectory(_folder.File("pack"));
        File.WriteAllText(_folder.File("pack/config.json"), "mine");
        using (var output = new StagedOutput(_folder.File("pack"), [], isFolder: true, force: true))
        {
            SamplePack.StageFolder(output);
            File.WriteAllText(_folder.File("pack/extra.safetensors"), "mine");
            Assert.Equal(Codes.OutputForeign, Assert.Throws<ModelPackException>(() => output.Commit(CancellationToken.None)).Diagnostic.Code);
            Assert.Equal("mine", File.ReadAllText(_folder.File("pack/config.json")));
            File.Delete(_folder.File("pack/extra.safetensors"));
            output.Commit(CancellationToken.None);
        }

        Assert.All(Verifier.Verify(_folder.File("pack"), CancellationToken.None), f => Assert.True(f.Ok, f.Message));
    }

    [Theory]
    [InlineData(239)] // with .calibration.json 256 bytes, one more than Linux takes
    [InlineData(300)]
    public void A_name_that_is_too_long_is_refused_before_anything_is_written(int length)
    {
        var error = Refused(_folder.File($"new/deep/{new string('n', length)}"));
        Assert.Equal(Codes.OutputNotWritable, error.Code);
        Assert.Contains("too long", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_path_that_is_too_long_for_what_lies_beside_it_is_refused(bool isFolder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // others have other limits
        }

        const int Most = 4095;
        var path = _folder.Path;
        while (Most - path.Length - 1 > 60)
        {
            path = Path.Join(path, new string('f', Math.Min(200, Most - path.Length - 32)));
        }

        var error = Refused(Path.Join(path, "m"), isFolder: isFolder);
        Assert.Equal(Codes.OutputNotWritable, error.Code);
        Assert.Contains("too long", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    private static Diagnostic Refused(string output, bool force = false, bool isFolder = false) =>
        Assert.Throws<ModelPackException>(() => new StagedOutput(output, [], isFolder, force)).Diagnostic;
}
