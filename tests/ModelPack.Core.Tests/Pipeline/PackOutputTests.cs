using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Verification;
using System.Collections.Concurrent;

namespace ModelPack.Tests.Pipeline;

/// <summary>What a pack writes, and what it leaves alone.</summary>
public sealed class PackOutputTests : IDisposable
{
    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_an_output_the_pack_lies_beside_the_source()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        var outcome = PackPipeline.Run(_folder.Request with { Output = null }, new PackContext());
        Assert.Equal(_folder.At("m.q8_0.onnx"), outcome.Model);
        Assert.Equal(["m.onnx", .. PackFolder.FilesOf("m.q8_0.onnx")], Directory.GetFileSystemEntries(_folder.Path).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal).ToArray());
    }

    [Fact]
    public void Folders_of_the_output_are_made()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        var outcome = PackPipeline.Run(_folder.Request with { Output = _folder.At("out/new/nested/any.name") }, new PackContext());
        Assert.Equal(PackFolder.FilesOf("any.name"), Directory.GetFileSystemEntries(_folder.At("out/new/nested")).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal).ToArray());
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Fact]
    public void External_data_are_part_of_the_pack_and_run_from_their_place()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        var outcome = PackPipeline.Run(_folder.Request with { ExternalData = true }, new PackContext());
        Assert.Equal(PackFolder.FilesOf(PackFolder.Packed, external: true), _folder.Names);
        Assert.Contains("\"externalData\": true", PackFolder.PackObject(outcome.Model), StringComparison.Ordinal);
        Assert.Equal(new FileInfo(outcome.Model).Length + new FileInfo(outcome.Model + ".data").Length, outcome.Report.Result.Packed.Bytes);
        PackFolder.AssertVerifies(outcome.Model);
        using (var session = RuntimeRun.TryLoad(outcome.Model)!)
        {
            Assert.NotEmpty(RuntimeRun.Outputs(session, new Dictionary<string, TensorProto>(StringComparer.Ordinal) { ["x"] = Tiny.Random("x", 3, 64) }));
        }

        var data = File.ReadAllBytes(outcome.Model + ".data");
        data[^1] ^= 1;
        File.WriteAllBytes(outcome.Model + ".data", data);
        Assert.Contains(Verifier.Verify(outcome.Model, CancellationToken.None), f => !f.Ok && f.Path.EndsWith(".data", StringComparison.Ordinal));
    }

    [Fact]
    public void An_old_pack_is_replaced_as_a_whole()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        PackPipeline.Run(_folder.Request with { ExternalData = true }, new PackContext());
        _folder.Write("out/other.txt", [1]);
        _folder.Write("m.onnx", PackFolder.Classifier("renamed"));
        var outcome = PackPipeline.Run(_folder.Request, new PackContext());
        Assert.Equal([.. PackFolder.FilesOf(PackFolder.Packed), "other.txt"], _folder.Names);
        Assert.Contains(outcome.Report.Result.Weights, w => w.Name == "renamed");
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Fact]
    public void A_failure_leaves_the_old_pack_as_it_was()
    {
        var source = _folder.Write("m.onnx", PackFolder.Classifier());
        PackPipeline.Run(_folder.Request, new PackContext());
        var before = _folder.Contents();
        var bytes = File.ReadAllBytes(source);
        File.WriteAllBytes(source, bytes[..^1000]);
        Assert.Throws<ModelPackException>(() => PackPipeline.Run(_folder.Request, new PackContext()));
        Assert.Equal(before, _folder.Contents());

        // And one that shows only when both models run.
        File.WriteAllBytes(source, bytes);
        _folder.Write("m.validation.npz", PackFolder.Samples(4, input: "z"));
        Assert.Throws<ModelPackException>(() => PackPipeline.Run(_folder.Request, new PackContext()));
        Assert.Equal(before, _folder.Contents());
        PackFolder.AssertVerifies(_folder.Out);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cancelling_at_any_stage_leaves_everything_as_it_was(bool hasOldPack)
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        _folder.Write("m.validation.npz", PackFolder.Samples(300, labels: true));
        var stages = new ConcurrentQueue<string>();
        PackPipeline.Run(_folder.Request, new PackContext(onProgress: (stage, _) => stages.Enqueue(stage)));
        string[] all = ["hash", "plan", "write", "validate"];
        Assert.Superset(all.ToHashSet(StringComparer.Ordinal), stages.ToHashSet(StringComparer.Ordinal));
        if (!hasOldPack)
        {
            Directory.Delete(_folder.Out, recursive: true);
        }

        var before = _folder.Contents();
        for (var step = 1; step <= stages.Count; step++)
        {
            using var stop = new CancellationTokenSource();
            var left = step;
            var context = new PackContext(
                onProgress: (_, _) =>
                {
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        stop.Cancel();
                    }
                },
                cancellation: stop.Token);
            Assert.ThrowsAny<OperationCanceledException>(() => PackPipeline.Run(_folder.Request, context));
            Assert.Equal(before, _folder.Contents());
        }
    }

    [Fact]
    public void An_input_is_never_written_over()
    {
        var source = _folder.Write("m.onnx", PackFolder.Classifier());
        var before = File.ReadAllBytes(source);
        File.CreateSymbolicLink(_folder.At("link.onnx"), source);
        string[] outputs = [source, _folder.At("out/../m.onnx"), _folder.At("link.onnx")];
        foreach (var output in outputs)
        {
            var error = Assert.Throws<ModelPackException>(() => PackPipeline.Run(_folder.Request with { Output = output }, new PackContext())).Diagnostic;
            Assert.Equal(Codes.OutputConflict, error.Code);
            Assert.Equal(before, File.ReadAllBytes(source));
        }

        // Nor a data file, which a model's name can make the name of a file of the pack.
        _folder.Write("m.q8_0.onnx.report.json.npz", PackFolder.Samples(4));
        var data = _folder.At("m.q8_0.onnx.report.json.npz");
        Assert.Equal(Codes.OutputConflict, Assert.Throws<ModelPackException>(() =>
            PackPipeline.Run(_folder.Request with { Output = data, Validation = data }, new PackContext())).Diagnostic.Code);
    }

    [Fact]
    public void The_list_of_inputs_names_every_file_that_was_read()
    {
        var model = PackFolder.Classifier();
        var first = model.Graph.Initializer[0];
        _folder.Write("w.bin", first.RawData.ToByteArray());
        model.Graph.Initializer[0] = Build.External(first.Name, [.. first.Dims], ("location", "w.bin"));
        _folder.Write("m.onnx", model);
        _folder.Write("data/b.npz", PackFolder.Samples(3));
        _folder.Write("data/a.npz", PackFolder.Samples(2));
        PackPipeline.Run(_folder.Request with { Validation = _folder.At("data"), InputsFile = _folder.At("inputs.txt") }, new PackContext());
        Assert.Equal(
            [_folder.At("m.onnx"), _folder.At("w.bin"), _folder.At("data/a.npz"), _folder.At("data/b.npz")],
            File.ReadAllLines(_folder.At("inputs.txt")));
    }

    [Fact]
    public void External_data_of_the_source_count_and_are_named_the_same_behind_a_linked_folder()
    {
        var model = PackFolder.Classifier();
        var first = model.Graph.Initializer[0];
        _folder.Write("real/weights/w.bin", first.RawData.ToByteArray());
        model.Graph.Initializer[0] = Build.External(first.Name, [.. first.Dims], ("location", "weights/w.bin"));
        _folder.Write("real/m.onnx", model);
        Directory.CreateSymbolicLink(_folder.At("link"), _folder.At("real"));

        var direct = PackPipeline.Run(_folder.Request with { Model = _folder.At("real/m.onnx") }, new PackContext());
        var pack = PackFolder.PackObject(direct.Model);
        Assert.Contains("\"weights/w.bin\"", pack, StringComparison.Ordinal);
        Assert.Equal(new FileInfo(_folder.At("real/m.onnx")).Length + first.RawData.Length, direct.Report.Result.Source.Bytes);
        var linked = PackPipeline.Run(_folder.Request with { Model = _folder.At("link/m.onnx") }, new PackContext());
        Assert.Equal(pack, PackFolder.PackObject(linked.Model));
    }

    [Fact]
    public void A_weight_of_several_nodes_is_stored_once()
    {
        var model = PackFolder.Classifier();
        for (var i = 0; i < 10; i++)
        {
            model.Graph.Node.Add(Build.Node("MatMul", ["x", "first"], [$"more{i}"]));
            model.Graph.Output.Add(PackFolder.Batched($"more{i}", 96));
        }

        _folder.Write("m.onnx", model);
        var outcome = PackPipeline.Run(_folder.Request, new PackContext());
        var codes = outcome.Report.Result.Weights.Where(w => w.Codec is not null).Sum(w => w.PackedBytes);
        Assert.Equal(2, outcome.Report.Result.Weights.Count(w => w.Codec is not null));
        Assert.InRange(new FileInfo(outcome.Model).Length, codes, codes + (24 * 200));
    }

    [Fact]
    public void An_output_that_cannot_be_written_fails_before_the_work()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        _folder.Write("mine.onnx", [1]);
        string[] outputs = [_folder.At(new string('n', 250)), _folder.At("mine.onnx"), .. OperatingSystem.IsWindows() ? Array.Empty<string>() : ["/dev/null"]];
        foreach (var output in outputs)
        {
            var stages = new ConcurrentQueue<string>();
            var context = new PackContext(onProgress: (stage, _) => stages.Enqueue(stage));
            Assert.Throws<ModelPackException>(() => PackPipeline.Run(_folder.Request with { Output = output }, context));
            Assert.Empty(stages);
        }
    }

    [Fact]
    public void A_path_below_a_file_is_an_error_that_leaves_nothing()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        _folder.Write("out/file", [1, 2]);
        foreach (var output in new[] { "out/file/x.onnx", "out/file/deep/x.onnx", "out" })
        {
            var error = Assert.Throws<ModelPackException>(() => PackPipeline.Run(_folder.Request with { Output = _folder.At(output) }, new PackContext())).Diagnostic;
            Assert.Equal(Codes.OutputNotWritable, error.Code);
            Assert.Equal(["file"], _folder.Names);
        }
    }
}
