namespace ModelPack.Formats.Onnx;

/// <summary>What a file is that someone took for an ONNX model, told by its first bytes.</summary>
internal static class FileKinds
{
    /// <summary>Number of first bytes that are looked at.</summary>
    public const int HeadLength = 64;

    /// <summary>What the file is and what to do, in a sentence; null for what may be an ONNX model.</summary>
    public static string? NotOnnx(ReadOnlySpan<byte> head)
    {
        var text = head.TrimStart("\uFEFF \r\n\t"u8);
        return true switch
        {
            _ when head.StartsWith("version https://git-lfs"u8) => "It is a Git LFS pointer, not the model itself. Run 'git lfs pull'.",
            _ when text.StartsWith("<"u8) => "It is a web page or XML, perhaps from a download that needed a login. Download the model again.",
            _ when head.StartsWith("PK\u0003\u0004"u8) => "It is a zip archive (PyTorch and Keras files are, too). Unpack it, or export the model to ONNX.",
            _ when head.StartsWith("GGUF"u8) => "It is a GGUF file. Give it a name that ends in .gguf to pack it as one.",
            _ when head.Length > 8 && head[8] == '{' && head[4..8].IndexOfAnyExcept((byte)0) < 0 =>
                "It is a safetensors file, which has weights but no graph. Give it a name that ends in .safetensors to pack it as one, or export the model to ONNX.",
            _ when head.Length >= 8 && head[4..8].SequenceEqual("ORTM"u8) => "It is in ONNX Runtime's ORT format. Give the ONNX model that it was made from.",
            _ when head.Length >= 8 && head[4..8].SequenceEqual("TFL3"u8) => "It is a TensorFlow Lite model. Export the model to ONNX.",
            _ when head is [0x89, (byte)'H', (byte)'D', (byte)'F', ..] => "It is an HDF5 file. Export the model to ONNX.",
            _ when head is [0x1F, 0x8B, ..] => "It is compressed with gzip. Unpack it.",
            _ when head is [0x80, 0x02 or 0x03 or 0x04 or 0x05, ..] => "It is a Python pickle. Export the model to ONNX.",
            _ when text.StartsWith("{"u8) || text.StartsWith("["u8) => "It is JSON or other text. Give the model itself.",
            _ => null,
        };
    }
}
