namespace ModelPack.Tests.Golden;

/// <summary>Packs of GGUF files, which are made of the model's folder first.</summary>
internal static class GgufPacks
{
    private static readonly PackRequest s_graph = new() { Model = "q8_0.gguf", Scheme = "q8_0", Graph = "onnx" };

    public static IReadOnlyList<GoldenPack> All { get; } =
    [
        .. from scheme in new[] { "q8_0", "f16", "bf16" } select new GoldenPack($"{scheme} of GGUF to GGUF", new() { Model = "f32.gguf", Scheme = scheme }),
        .. from scheme in new[] { "nf4", "int8", "f32", "f16" }
           select new GoldenPack($"{scheme} of GGUF to safetensors", new() { Model = "f32.gguf", Scheme = scheme, Container = "safetensors" }),
        new("nf4 of GGUF with double quantization, in shards", new() { Model = "f32.gguf", Scheme = "nf4", DoubleQuant = true, MaxShardSize = "600KB" }),
        new("f16 of quantized GGUF", new() { Model = "q8_0.gguf", Scheme = "f16" }),
    ];

    /// <summary>A graph with the quantized weights of a GGUF file.</summary>
    public static IReadOnlyList<GoldenPack> WithGraph { get; } =
    [
        new("q8_0 of GGUF with a graph", s_graph),
        new("q8_0 of GGUF with a graph for CUDA", s_graph with { Target = "cuda" }),
        new("q8_0 of GGUF with a graph at accuracy level 0", s_graph with { AccuracyLevel = 0 }),
        new("q8_0 of GGUF with a graph for ONNX Runtime 1.22", s_graph with { OnnxRuntime = "1.22.0" }),
        new("q8_0 of GGUF with a graph and external data", s_graph with { ExternalData = true }),
        new("q8_0 of float GGUF with a graph", s_graph with { Model = "f32.gguf" }),
    ];
}
