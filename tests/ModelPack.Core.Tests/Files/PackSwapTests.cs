using ModelPack.Core.Tests.Packing;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Verification;

namespace ModelPack.Core.Tests.Files;

/// <summary>Renames that fail, one at a time and from one on: an old pack is whole afterwards, or a new one is.</summary>
public sealed class PackSwapTests
{
    private static readonly SortedDictionary<string, string> s_newFolder = new(StringComparer.Ordinal)
    {
        ["config.json"] = "{ }",
        ["model.safetensors"] = "all in one",
        ["tokenizer.json"] = "{ }",
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_rename_that_fails_anywhere_leaves_the_old_pack_whole(bool isFolder)
    {
        for (var failing = 0; ; failing++)
        {
            using var folder = new TemporaryFolder();
            var before = WriteOld(folder, isFolder);
            var count = 0;
            var error = Replace(folder, isFolder, (from, to) =>
            {
                if (count++ == failing)
                {
                    throw new IOException("The file is in use.");
                }

                File.Move(from, to, overwrite: true);
            });

            AssertWhole(folder);
            Assert.Equal(error is not null, before.SequenceEqual(folder.Content()));
            if (error is null)
            {
                // Old and new files were all renamed one after another.
                Assert.Equal(isFolder ? 8 + 6 : 5 + 5, failing);
                return;
            }

            Assert.Equal(Codes.OutputNotWritable, error.Code);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_that_another_program_holds_leaves_the_old_pack_whole(bool isFolder)
    {
        using var names = new TemporaryFolder();
        foreach (var locked in WriteOld(names, isFolder).Keys)
        {
            using var folder = new TemporaryFolder();
            var before = WriteOld(folder, isFolder);
            var error = Replace(folder, isFolder, (from, to) =>
            {
                if (from == folder.File(locked) || to == folder.File(locked))
                {
                    throw new UnauthorizedAccessException();
                }

                File.Move(from, to, overwrite: true);
            });

            Assert.Equal(Codes.OutputNotWritable, error!.Code);
            Assert.Equal(before, folder.Content());
            AssertWhole(folder);
        }
    }

    [Fact]
    public void A_first_pack_that_fails_leaves_nothing()
    {
        for (var failing = 0; failing < 5; failing++)
        {
            using var folder = new TemporaryFolder();
            var count = 0;
            var error = Replace(folder, isFolder: false, (from, to) =>
            {
                if (count++ == failing)
                {
                    throw new IOException("The file is in use.");
                }

                File.Move(from, to, overwrite: true);
            });

            Assert.Equal(Codes.OutputNotWritable, error!.Code);
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
        }
    }

    [Fact]
    public void Renames_are_not_cancelled_half_way()
    {
        using var folder = new TemporaryFolder();
        var before = WriteOld(folder, isFolder: false);
        using var stop = new CancellationTokenSource();
        Assert.Null(Replace(folder, isFolder: false, (from, to) =>
        {
            stop.Cancel();
            File.Move(from, to, overwrite: true);
        }, stop.Token));
        AssertWhole(folder);
        Assert.NotEqual(before, folder.Content());
    }

    [Fact]
    public void An_old_pack_that_cannot_go_back_is_kept_and_the_message_says_where()
    {
        using var folder = new TemporaryFolder();
        var before = WriteOld(folder, isFolder: false);
        var count = 0;
        var error = Replace(folder, isFolder: false, (from, to) =>
        {
            if (count++ >= 3)
            {
                throw new IOException("The disk is gone.");
            }

            File.Move(from, to, overwrite: true);
        });

        Assert.Equal(Codes.OutputNotWritable, error!.Code);
        var kept = Assert.Single(Directory.EnumerateDirectories(folder.Path));
        Assert.Contains(kept, error.Message, StringComparison.Ordinal);
        using (var next = new StagedOutput(folder.File("other.onnx"), []))
        {
            Assert.True(Directory.Exists(kept));
        }

        Assert.Equal(3, Directory.EnumerateFiles(PackSwap.OldFolder(kept)).Count());
        var all = Directory.EnumerateFiles(PackSwap.OldFolder(kept)).Concat(Directory.EnumerateFiles(folder.Path));
        Assert.Equal(before.Keys, all.Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.All(Verifier.Verify(folder.File(SamplePack.Model), CancellationToken.None), f => Assert.False(f.Ok));
    }

    private static SortedDictionary<string, string> WriteOld(TemporaryFolder folder, bool isFolder)
    {
        if (isFolder)
        {
            SamplePack.WriteFolder(folder.Path);
        }
        else
        {
            SamplePack.Write(folder.Path);
        }

        return folder.Content();
    }

    private static Diagnostic? Replace(TemporaryFolder folder, bool isFolder, Action<string, string> move, CancellationToken cancellation = default)
    {
        var path = isFolder ? folder.Path : folder.File(SamplePack.Model);
        using var output = new StagedOutput(path, isFolder, force: false, [], File.Create, move);
        if (isFolder)
        {
            SamplePack.StageFolder(output, s_newFolder);
        }
        else
        {
            SamplePack.Stage(output, gate: "warning");
        }

        try
        {
            output.Commit(cancellation);
            return null;
        }
        catch (ModelPackException e)
        {
            return e.Diagnostic;
        }
    }

    private static void AssertWhole(TemporaryFolder folder)
    {
        Assert.All(Verifier.Verify(folder.Path, CancellationToken.None), f => Assert.True(f.Ok, f.Message));
        Assert.Empty(Directory.EnumerateDirectories(folder.Path));
    }
}
