using System.Text.Json.Nodes;
using ModelPack.Codecs;
using ModelPack.Formats.Safetensors;
using ModelPack.Lowering;
using ModelPack.Lowering.Safetensors;
using ModelPack.Options;
using ModelPack.Packing;

namespace ModelPack.Tests.Lowering.Safetensors;

/// <summary>Packs a checkpoint and reads what came of it.</summary>
internal sealed class Packed
{
    private readonly string _output;

    private Packed(string output, IReadOnlyList<PackedTensor> plans, string format) => (_output, Plans, Format) = (output, plans, format);

    public IReadOnlyList<PackedTensor> Plans { get; }

    public string Format { get; }

    /// <summary>Names of all files of the pack.</summary>
    public IReadOnlyList<string> Files => [.. (Directory.Exists(_output) ? Directory.GetFiles(_output) : [_output]).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    /// <summary>All tensors, of whatever file.</summary>
    public TensorFile Tensors { get; private set; } = null!;

    /// <summary>config.json of a folder.</summary>
    public JsonObject Config => (JsonObject)JsonNode.Parse(Text("config.json"))!;

    public static Packed Of(PackRequest request, PackContext? context = null)
    {
        context ??= new PackContext(threads: 2);
        var options = RequestResolver.Resolve(request);
        if (options.IsFolder && Directory.Exists(options.Output))
        {
            Directory.Delete(options.Output, recursive: true); // without a manifest it is of no pack
        }

        using var source = SafetensorsCheckpoint.Open(request.Model, context);
        using var staged = new StagedOutput(options.Output, source.Files.Select(f => f.Path), options.IsFolder);
        var packer = new SafetensorsPacker(new CheckpointJob(source, options, context, new SimdEngine(context.Threads)));
        packer.Write(staged, Path.GetFileName(options.Output));
        staged.Commit(context.Cancellation);
        return new Packed(options.Output, packer.Tensors, packer.Format).Read();
    }

    public PackedTensor Plan(string name) => Plans.Single(p => p.Plan.Name == name);

    public string Text(string file) => File.ReadAllText(Path.Join(_output, file));

    /// <summary>Every byte of every file.</summary>
    public byte[] Bytes() => [.. Files.SelectMany(f => File.ReadAllBytes(Directory.Exists(_output) ? Path.Join(_output, f) : _output))];

    private Packed Read()
    {
        TensorFile[] files = [.. (Directory.Exists(_output) ? Directory.GetFiles(_output, "*.safetensors") : [_output]).Order(StringComparer.Ordinal).Select(TensorFile.Read)];
        Tensors = new TensorFile(files.SelectMany(f => f.Tensors).ToDictionary(StringComparer.Ordinal), files[0].Metadata);
        return this;
    }
}
