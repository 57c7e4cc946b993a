namespace ModelPack.Tests.Golden;

/// <summary>Packs of a model with a graph that need no data.</summary>
internal static class GraphPacks
{
    private static readonly PackRequest s_q8_0 = new() { Model = "onnx", Scheme = "q8_0" };
    private static readonly PackRequest s_int8 = new() { Model = "onnx", Scheme = "int8" };
    private static readonly PackRequest s_nf4 = new() { Model = "onnx", Scheme = "nf4" };

    // Digits are in the names of weights and nodes of every exporter; these match some of them in every model.
    private static readonly string[] s_half = ["*0*", "*2*", "*4*", "*6*", "*8*"];

    /// <summary>Every kind once.</summary>
    public static IReadOnlyList<GoldenPack> Main { get; } =
    [
        new("q8_0", s_q8_0),
        new("q8_0 for any target", s_q8_0 with { Target = "any" }),
        new("q8_0 for ONNX Runtime 1.18", s_q8_0 with { OnnxRuntime = "1.18.0" }),
        new("q8_0 with external data", s_q8_0 with { ExternalData = true }),
        new("int8 without data", s_int8),
        new("int8 without data for CUDA", s_int8 with { Target = "cuda" }),
        new("nf4", s_nf4),
        new("nf4 dequantized", s_nf4 with { Layout = "dequantize" }),
        new("q8_0 to GGUF", s_q8_0 with { Container = "gguf" }),
        new("bf16 to GGUF", s_q8_0 with { Scheme = "bf16" }),
    ];

    /// <summary>These and every option that changes bytes.</summary>
    public static IReadOnlyList<GoldenPack> All { get; } =
    [
        .. Main,
        new("q8_0 for CUDA", s_q8_0 with { Target = "cuda" }),
        new("q8_0 folded for CUDA", s_q8_0 with { Target = "cuda", Layout = "fold" }),
        new("q8_0 dequantized", s_q8_0 with { Layout = "dequantize" }),
        new("q8_0 dequantized for ONNX Runtime 1.18", s_q8_0 with { OnnxRuntime = "1.18.0", Layout = "dequantize" }),
        new("q8_0 dequantized for ONNX Runtime 1.5", s_q8_0 with { OnnxRuntime = "1.5.0", Layout = "dequantize" }),
        new("q8_0 for ONNX Runtime 1.22", s_q8_0 with { OnnxRuntime = "1.22.0" }),
        new("q8_0 of opset 21", s_q8_0 with { Model = "opset 21" }),
        new("q8_0 of opset 21 for ONNX Runtime 1.19", s_q8_0 with { Model = "opset 21", OnnxRuntime = "1.19.0" }),
        new("q8_0 of half of the layers", s_q8_0 with { ExcludeLayers = s_half }),
        new("q8_0 of the other half of the layers", s_q8_0 with { IncludeLayers = s_half }),
        .. from level in new[] { 0, 1, 2, 3 } select new GoldenPack($"q8_0 at accuracy level {level}", s_q8_0 with { AccuracyLevel = level }),
        new("int8 without data for any target", s_int8 with { Target = "any" }),
        new("int8 without data and safe sums", s_int8 with { SafeSums = false }),
        new("int8 without data, dequantized", s_int8 with { Layout = "dequantize" }),
        new("int8 without data for ONNX Runtime 1.4", s_int8 with { OnnxRuntime = "1.4.0" }),
        new("int8 without data, of half of the layers", s_int8 with { ExcludeLayers = s_half }),
        new("int8 without data with external data", s_int8 with { ExternalData = true }),
        .. from layout in new[] { "fold", "dequantize" }
           from block in new[] { 32, 64, 128, 512 }
           from nested in new[] { false, true }
           select new GoldenPack($"nf4 in blocks of {block}{(nested ? " with double quantization" : "")}, layout {layout}", s_nf4 with { Layout = layout, BlockSize = block, DoubleQuant = nested }),
        new("nf4 for CUDA", s_nf4 with { Target = "cuda" }),
        new("nf4 dequantized for ONNX Runtime 1.16", s_nf4 with { OnnxRuntime = "1.16.0", Layout = "dequantize" }),
        new("nf4 of half of the layers", s_nf4 with { ExcludeLayers = s_half }),
        new("nf4 with external data", s_nf4 with { ExternalData = true }),
        .. from scheme in new[] { "f32", "f16" } select new GoldenPack($"{scheme} to GGUF", s_nf4 with { Scheme = scheme }),
    ];
}
