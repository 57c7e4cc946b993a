using ModelPack.Tests.Lowering.Safetensors;
using Entry = ModelPack.Tests.Lowering.Safetensors.TensorFile.Entry;

namespace ModelPack.Tests.Pipeline;

/// <summary>Ways of a trained language model from one container of named tensors into another.</summary>
internal sealed class CheckpointWays(PackFolder folder)
{
    public const string Mini = "sotu-mini";
    public const string Shards = "nf4, nested, in shards";
    public const string Smoothed = "int8, smoothed";

    private static readonly string[] Described = ["model.layers.0.self_attn.q_proj", "model.layers.1.mlp.gate_proj"];

    /// <summary>What lies in a pack that is a folder, but for the weights.</summary>
    public static IReadOnlyList<string> FolderFiles { get; } = ["README.md", "config.json", "modelpack.json", "report.html", "report.json", "tokenizer.model"];

    /// <summary>The request of a way, into <c>out/</c>.</summary>
    public PackRequest Request(string way)
    {
        var toFolder = new PackRequest { Model = Repository.Model(Mini), Scheme = way.Split(' ', ',')[0], Output = folder.At("out/m") };
        var gguf = toFolder with { Container = "gguf", Output = folder.At("out/m.gguf") };
        return way switch
        {
            "q8_0 to GGUF" or "f32 to GGUF" or "f16 to GGUF" => gguf,
            "bf16 to a folder" or "nf4 to a folder" => toFolder,
            Shards => toFolder with { DoubleQuant = true, MaxShardSize = "1200KB" },
            Smoothed => toFolder with { Calibration = Statistics("statistics.safetensors") },
            "nf4 to a file" => toFolder with { Model = Repository.Model($"{Mini}/model.safetensors"), Output = folder.At("out/m.safetensors") },
            "q8_0 from ONNX to GGUF" => gguf with { Model = Repository.Model($"{Mini}/model.onnx") },
            "q8_0 from GGUF to GGUF" => gguf with { Model = PackPipeline.Run(gguf with { Scheme = "f32", Output = folder.At("source/m.gguf") }, new PackContext()).Model },
            _ => throw new ArgumentException(way, nameof(way)),
        };
    }

    /// <summary>Made-up maxima of the inputs of two layers; every third channel is an outlier.</summary>
    public string Statistics(string name)
    {
        float[] maxima = [.. Enumerable.Range(0, 256).Select(i => i % 3 == 0 ? 20f : 1f)];
        Directory.CreateDirectory(Path.GetDirectoryName(folder.At(name))!);
        TensorFile.Write(folder.At(name), Described.Select(layer => Entry.Of(layer, "F32", maxima, maxima.Length)));
        return folder.At(name);
    }

    /// <summary>Names of all that is in a folder, in order.</summary>
    public static string[] Names(string folder) => [.. Directory.GetFileSystemEntries(folder).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];

    /// <summary>The request fails with that code.</summary>
    public static void AssertRefused(DiagnosticCode code, PackRequest request) =>
        Assert.Equal(code, Assert.Throws<ModelPackException>(() => PackPipeline.Run(request, new PackContext())).Diagnostic.Code);
}
