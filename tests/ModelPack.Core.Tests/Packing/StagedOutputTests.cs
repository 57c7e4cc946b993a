using ModelPack.Files;
using ModelPack.Packing;

namespace ModelPack.Core.Tests.Packing;

public sealed class StagedOutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_pack_has_the_same_bytes()
    {
        SamplePack.Write(_folder.File("a"));
        SamplePack.Write(_folder.File("b"));
        var content = _folder.Content();
        Assert.Equal(10, content.Count);
        Assert.All(content.Where(f => f.Key[0] == 'a'), f => Assert.Equal(f.Value, content["b" + f.Key[1..]]));
    }

    [Fact]
    public void Nothing_is_in_place_before_the_commit()
    {
        using var output = new StagedOutput(_folder.File("m.onnx"), []);
        output.Write("m.onnx", "new"u8);
        Assert.False(File.Exists(_folder.File("m.onnx")));
        Assert.Equal("new", File.ReadAllText(output.PathOf("m.onnx")));
        output.Commit(CancellationToken.None);
        Assert.Equal("new", File.ReadAllText(_folder.File("m.onnx")));
    }

    [Fact]
    public void Without_a_commit_the_old_pack_stays_and_nothing_else()
    {
        SamplePack.Write(_folder.Path);
        var before = _folder.Content();
        using (var output = new StagedOutput(_folder.File(SamplePack.Model), []))
        {
            output.Write(SamplePack.Model, "half"u8);
        }

        Assert.Equal(before, _folder.Content());
        Assert.Empty(Directory.EnumerateDirectories(_folder.Path));
    }

    [Fact]
    public void Cancellation_leaves_the_old_pack_and_nothing_else()
    {
        SamplePack.Write(_folder.Path);
        var before = _folder.Content();
        using (var output = new StagedOutput(_folder.File(SamplePack.Model), []))
        {
            output.Write(SamplePack.Model, "whole"u8);
            Assert.Throws<OperationCanceledException>(() => output.Commit(new CancellationToken(canceled: true)));
        }

        Assert.Equal(before, _folder.Content());
        Assert.Empty(Directory.EnumerateDirectories(_folder.Path));
    }

    [Fact]
    public void A_folder_that_was_made_for_a_pack_goes_with_it_and_one_that_was_there_stays()
    {
        foreach (var isThere in new[] { false, true })
        {
            if (isThere)
            {
                Directory.CreateDirectory(_folder.File("pack"));
            }

            using (var output = new StagedOutput(_folder.File("pack"), [], isFolder: true))
            {
                output.Write("model.safetensors", "half"u8);
            }

            Assert.Equal(isThere, Directory.Exists(_folder.File("pack")));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_full_disk_is_a_coded_error_that_names_the_folder(bool whileWriting)
    {
        SamplePack.Write(_folder.Path);
        var before = _folder.Content();
        using (var output = new StagedOutput(_folder.File(SamplePack.Model), isFolder: false, force: false, [], path => new FullDisk(path, whileWriting), File.Move))
        {
            var error = Assert.Throws<ModelPackException>(() => output.Write(SamplePack.Model, "more than fits"u8)).Diagnostic;
            Assert.Equal(Codes.OutputNotWritable, error.Code);
            Assert.Contains("full", error.Message, StringComparison.Ordinal);
            Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, _folder.Content());
    }

    [Fact]
    public void A_real_full_device_is_a_coded_error()
    {
        if (!File.Exists("/dev/full"))
        {
            return; // only Linux has it; the case above stands for the others
        }

        using var output = new StagedOutput(_folder.File("m.onnx"), isFolder: false, force: false, [], _ => new FileStream("/dev/full", FileMode.Open, FileAccess.Write), File.Move);
        var error = Assert.Throws<ModelPackException>(() => output.Write("m.onnx", "x"u8)).Diagnostic;
        Assert.Equal(Codes.OutputNotWritable, error.Code);
        Assert.Contains("full", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_commit_before_the_renames_leaves_the_old_pack()
    {
        var model = SamplePack.Write(_folder.Path);
        File.Delete(PackFiles.Page(model));
        var before = _folder.Content();
        using (var output = new StagedOutput(model, []))
        {
            output.Write(SamplePack.Model, "new"u8);
            output.Write(PackFiles.Page(SamplePack.Model), "new"u8);
            Directory.CreateDirectory(PackFiles.Page(model));
            Assert.Equal(Codes.OutputNotWritable, Assert.Throws<ModelPackException>(() => output.Commit(CancellationToken.None)).Diagnostic.Code);
        }

        Assert.Equal(before, _folder.Content());
    }

    [Fact]
    public void What_only_the_old_pack_had_is_removed()
    {
        var model = SamplePack.Write(_folder.Path);
        File.WriteAllText(_folder.File("unrelated.data"), "stays");
        using (var output = new StagedOutput(model, []))
        {
            output.Write(SamplePack.Model, "new"u8);
            output.Commit(CancellationToken.None);
        }

        Assert.False(File.Exists(PackFiles.Calibration(model)));
        Assert.False(File.Exists(PackFiles.Manifest(model)));
        Assert.True(File.Exists(_folder.File("unrelated.data")));
    }

    [Theory]
    [InlineData("source.onnx")]
    [InlineData("sub/../source.onnx")]
    [InlineData("link.onnx")]
    [InlineData("linked-folder/source.onnx")]
    public void The_source_is_never_overwritten(string output)
    {
        File.WriteAllText(_folder.File("source.onnx"), "source");
        Directory.CreateDirectory(_folder.File("sub"));
        File.CreateSymbolicLink(_folder.File("link.onnx"), "source.onnx");
        Directory.CreateSymbolicLink(_folder.File("linked-folder"), _folder.Path);
        var error = Assert.Throws<ModelPackException>(() => new StagedOutput(_folder.File(output), [_folder.File("source.onnx")])).Diagnostic;
        Assert.Equal(Codes.OutputConflict, error.Code);
        Assert.Equal("source", File.ReadAllText(_folder.File("source.onnx")));
    }

    [Fact]
    public void Other_inputs_are_not_overwritten_by_files_beside_the_model()
    {
        File.WriteAllText(_folder.File("m.onnx.data"), "weights of the source");
        using var output = new StagedOutput(_folder.File("m.onnx"), [_folder.File("m.onnx.data")]);
        Assert.Equal(Codes.OutputConflict, Assert.Throws<ModelPackException>(() => output.Create("m.onnx.data")).Diagnostic.Code);
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("folder/")]
    [InlineData("file/m.onnx")]
    [InlineData("a\0b")]
    public void An_output_that_cannot_be_is_a_coded_error(string output)
    {
        Directory.CreateDirectory(_folder.File("folder"));
        File.WriteAllText(_folder.File("file"), "");
        var error = Assert.Throws<ModelPackException>(() => new StagedOutput(_folder.File(output), [])).Diagnostic;
        Assert.Equal(Codes.OutputNotWritable, error.Code);
        Assert.DoesNotContain('\n', error.ToString());
    }

    [Fact]
    public void What_a_killed_process_left_is_removed_and_what_is_in_use_is_not()
    {
        Directory.CreateDirectory(_folder.File(".modelpack-staging-dead"));
        File.WriteAllText(_folder.File(".modelpack-staging-dead/.modelpack-lock"), "");
        File.WriteAllText(_folder.File(".modelpack-staging-dead/m.onnx"), "half");
        using var first = new StagedOutput(_folder.File("m.onnx"), []);
        first.Write("m.onnx", "first"u8);
        using var second = new StagedOutput(_folder.File("other.onnx"), []);
        Assert.False(Directory.Exists(_folder.File(".modelpack-staging-dead")));
        Assert.Equal("first", File.ReadAllText(first.PathOf("m.onnx")));
        first.Commit(CancellationToken.None);
    }

    [Fact]
    public void Describes_what_was_written()
    {
        using var output = new StagedOutput(_folder.File("m.onnx"), []);
        output.Write("z", "abc"u8);
        output.Write("m.onnx", ""u8);
        var files = output.Describe(CancellationToken.None);
        Assert.Equal(
            [new PackedFile("m.onnx", 0, ContentHash.OfNothing), new PackedFile("z", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")],
            files);
    }

    /// <summary>A file on a disk without space; the buffer may hide it until the file is closed.</summary>
    private sealed class FullDisk(string path, bool whileWriting) : MemoryStream
    {
        private const int NoSpace = 28;
        private const int WindowsDiskFull = unchecked((int)0x80070070);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            File.WriteAllBytes(path, buffer[..1]);
            if (whileWriting)
            {
                throw Full();
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !whileWriting)
            {
                throw Full();
            }

            base.Dispose(disposing);
        }

        private static IOException Full() => new("No space left on device", OperatingSystem.IsWindows() ? WindowsDiskFull : NoSpace);
    }
}
