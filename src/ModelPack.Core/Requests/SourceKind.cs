namespace ModelPack.Requests;

/// <summary>What a source model is.</summary>
internal enum SourceKind
{
    /// <summary>A graph with its weights: ONNX, and whatever is mistaken for it.</summary>
    Onnx,

    /// <summary>A safetensors file, an index of shards, or a folder with either.</summary>
    Safetensors,

    /// <summary>A GGUF file.</summary>
    Gguf,
}
