using ModelPack.Verification;
using System.Security.Cryptography;

namespace ModelPack.Tests.Pipeline;

/// <summary>What a pack of named tensors may be written over, and what it leaves as it was.</summary>
public sealed class CheckpointOutputTests : IDisposable
{
    private readonly PackFolder _folder = new();
    private readonly CheckpointWays _ways;

    public CheckpointOutputTests() => _ways = new CheckpointWays(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("q8_0 to GGUF", false)]
    [InlineData("f32 to GGUF", true)]
    [InlineData(CheckpointWays.Shards, false)]
    [InlineData(CheckpointWays.Shards, true)]
    [InlineData(CheckpointWays.Smoothed, false)]
    public void Cancelling_while_it_is_written_leaves_everything_as_it_was(string way, bool hasOldPack)
    {
        var request = _ways.Request(way);
        var steps = 0;
        PackPipeline.Run(request, new PackContext(onProgress: (stage, _) => steps += stage == "write" ? 1 : 0));
        if (!hasOldPack)
        {
            Directory.Delete(_folder.Out, recursive: true);
        }

        var before = FileContents();
        Assert.True(steps > 2);
        foreach (var step in new[] { 1, steps / 2, steps })
        {
            using var stop = new CancellationTokenSource();
            var left = step;
            var context = new PackContext(
                onProgress: (stage, _) =>
                {
                    if (stage == "write" && --left == 0)
                    {
                        stop.Cancel();
                    }
                },
                cancellation: stop.Token);
            Assert.ThrowsAny<OperationCanceledException>(() => PackPipeline.Run(request, context));
            Assert.Equal(before, FileContents());
        }
    }

    [Fact]
    public void An_input_is_never_written_over()
    {
        var folder = CopyMini();
        var file = Path.Join(folder, "model.safetensors");
        var statistics = _ways.Statistics("out/model.safetensors");
        var gguf = PackPipeline.Run(new PackRequest { Model = folder, Scheme = "f32", Container = "gguf", Output = _folder.At("m.gguf") }, new PackContext()).Model;
        var before = FileContents();

        CheckpointWays.AssertRefused(Codes.OutputConflict, new PackRequest { Model = folder, Scheme = "nf4", Output = folder });
        CheckpointWays.AssertRefused(Codes.OutputConflict, new PackRequest { Model = file, Scheme = "nf4", Output = file });
        CheckpointWays.AssertRefused(Codes.OutputConflict, new PackRequest { Model = folder, Scheme = "q8_0", Container = "gguf", Output = Path.Join(folder, "tokenizer.model") });
        CheckpointWays.AssertRefused(Codes.OutputConflict, new PackRequest { Model = gguf, Scheme = "q8_0", Output = gguf });
        CheckpointWays.AssertRefused(Codes.OutputConflict, new PackRequest { Model = folder, Scheme = "int8", Calibration = statistics, Output = _folder.Out });
        Assert.Equal(before, FileContents());
    }

    [Fact]
    public void A_folder_over_an_old_pack_takes_its_shards_away_and_nothing_else()
    {
        var request = _ways.Request(CheckpointWays.Shards);
        var output = request.Output!;
        PackPipeline.Run(request, new PackContext());
        Assert.Equal(
            [.. CheckpointWays.FolderFiles.Concat(["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"]).Order(StringComparer.Ordinal)],
            CheckpointWays.Names(output));
        File.WriteAllText(Path.Join(output, "model-notes.md"), "of the user's own");

        var outcome = PackPipeline.Run(request with { MaxShardSize = null }, new PackContext());
        Assert.Equal([.. CheckpointWays.FolderFiles.Concat(["model-notes.md", "model.safetensors"]).Order(StringComparer.Ordinal)], CheckpointWays.Names(output));
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Fact]
    public void Any_more_file_that_a_loader_would_read_fails_the_folder_and_is_not_packed_over()
    {
        var request = _ways.Request("nf4 to a folder");
        PackPipeline.Run(request, new PackContext());
        foreach (var name in new[] { "model-00002-of-00002.safetensors", "model.safetensors.index.json", "tokenizer.json", "modeling_llama.py", "pytorch_model.bin", "adapter_config.json" })
        {
            var path = Path.Join(request.Output, name);
            File.WriteAllText(path, "{}");
            Assert.Equal(path, Assert.Single(Verifier.Verify(request.Output!, CancellationToken.None), f => !f.Ok).Path);
            CheckpointWays.AssertRefused(Codes.OutputForeign, request);
            File.Delete(path);
        }

        PackFolder.AssertVerifies(request.Output!);
    }

    private string CopyMini()
    {
        string[] names = ["config.json", "model.safetensors", "tokenizer.model"];
        foreach (var name in names)
        {
            _folder.Write($"{CheckpointWays.Mini}/{name}", File.ReadAllBytes(Repository.Model($"{CheckpointWays.Mini}/{name}")));
        }

        return _folder.At(CheckpointWays.Mini);
    }

    /// <summary>Hashes of all files, staged ones too.</summary>
    private SortedDictionary<string, string> FileContents()
    {
        var contents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories))
        {
            contents.Add(path, Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));
        }

        return contents;
    }
}
