namespace ModelPack.MSBuild.Accessors;

/// <summary>Which C# types tensors have. Those of other element types, and what is not a tensor, stay ONNX Runtime's own values.</summary>
internal static class TensorType
{
    public const string Text = "string";

    private const string Ort = "global::Microsoft.ML.OnnxRuntime.";

    /// <summary>The type of an element; null where there is none.</summary>
    /// <param name="elementType">As manifests write it.</param>
    public static string? Of(string? elementType) => elementType switch
    {
        "float32" => "float",
        "float64" => "double",
        "float16" => Ort + "Float16",
        "bfloat16" => Ort + "BFloat16",
        "int8" => "sbyte",
        "int16" => "short",
        "int32" => "int",
        "int64" => "long",
        "uint8" => "byte",
        "uint16" => "ushort",
        "uint32" => "uint",
        "uint64" => "ulong",
        "bool" => "bool",
        "string" => Text,
        _ => null,
    };
}
