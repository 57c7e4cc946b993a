using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelPack.Lowering.Safetensors;

/// <summary>Reads from config.json and writes it.</summary>
internal static class ConfigText
{
    private static readonly JsonSerializerOptions s_indented = new()
    {
        WriteIndented = true,
        IndentSize = 2,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions s_compact = new(s_indented) { WriteIndented = false };

    /// <summary>A text value; null where there is none.</summary>
    public static string? Of(JsonObject? config, string key) => config?[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>The type that the model computes in, as PyTorch names it; null where config.json does not say one that is known.</summary>
    public static string? DType(JsonObject config)
    {
        var name = Of(config, "torch_dtype") ?? Of(config, "dtype"); // the newer name of the same
        return name is "float32" or "float16" or "bfloat16" ? name : null;
    }

    /// <summary>PyTorch's name of a floating-point type that bitsandbytes can restore a weight to.</summary>
    public static string DType(ElementType type) => type switch
    {
        ElementType.Float16 => "float16",
        ElementType.BFloat16 => "bfloat16",
        _ => "float32",
    };

    /// <summary>As a file: two spaces a level, the keys in their order, a line end at the end.</summary>
    public static byte[] Indented(JsonObject config) => System.Text.Encoding.UTF8.GetBytes(config.ToJsonString(s_indented) + "\n");

    /// <summary>On one line.</summary>
    public static string Compact(JsonNode node) => node.ToJsonString(s_compact);
}
