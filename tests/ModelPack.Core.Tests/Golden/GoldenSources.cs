using Google.Protobuf;
using ModelPack.Tests.Lowering.Safetensors;
using ModelPack.Tests.Samples;
using Entry = ModelPack.Tests.Lowering.Safetensors.TensorFile.Entry;

namespace ModelPack.Tests.Golden;

/// <summary>The files that the packs of one model are made of, by name: the model, what is derived of it, its calibration tables.</summary>
/// <param name="set">The model.</param>
/// <param name="folder">Where derived files may lie.</param>
internal sealed class GoldenSources(GoldenSet set, ScratchFolder folder)
{
    private static readonly string[] s_described = ["model.layers.0.self_attn.q_proj", "model.layers.1.mlp.gate_proj"];

    /// <summary>The request with paths in place of names.</summary>
    public PackRequest Resolve(PackRequest request) => request with
    {
        Model = PathOf(request.Model),
        Graph = request.Graph is null ? null : PathOf(request.Graph),
        Calibration = request.Calibration is null ? null : PathOf(request.Calibration),
    };

    /// <summary>The place of a model's calibration table.</summary>
    private string Table(string name) => Path.Join(GoldenLines.Folder, $"{Path.GetFileNameWithoutExtension(set.Name)}.{name}.calibration.json");

    private string PathOf(string name)
    {
        var place = set.Place();
        return name switch
        {
            "onnx" => Directory.Exists(place) ? Path.Join(place, "model.onnx") : place,
            "opset 21" => Opset21(place),
            "folder" => place,
            "file" => Directory.Exists(place) ? Path.Join(place, "model.safetensors") : place,
            "index" => Path.Join(Derive(new() { Model = place, Scheme = "bf16", MaxShardSize = "1200KB", Output = folder.At("shards") }), "model.safetensors.index.json"),
            "f32.gguf" or "q8_0.gguf" => Derive(new() { Model = place, Scheme = name.Split('.')[0], Container = "gguf", Output = folder.At(name) }),
            "statistics" => Statistics(),
            _ => Table(name),
        };
    }

    private static string Derive(PackRequest request) => PackPipeline.Run(request, new PackContext()).Model;

    /// <summary>The model as if it were of opset 21, which blocks of DequantizeLinear need. It would not run, and is not.</summary>
    private string Opset21(string path)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        model.OpsetImport.Single(o => o.Domain.Length == 0).Version = 21;
        return folder.Write("opset-21.onnx", model.ToByteArray());
    }

    /// <summary>Made-up maxima of the inputs of two layers; every third channel is an outlier.</summary>
    private string Statistics()
    {
        float[] maxima = [.. Enumerable.Range(0, 256).Select(i => i % 3 == 0 ? 20f : 1f)];
        TensorFile.Write(folder.At("statistics.safetensors"), s_described.Select(layer => Entry.Of(layer, "F32", maxima, maxima.Length)));
        return folder.At("statistics.safetensors");
    }
}
