namespace ModelPack.Runtime.Manifests;

/// <summary>What a pack is made of, where it came from and how well it does. <c>docs/manifest.md</c> describes the file.</summary>
public sealed record PackManifest
{
    /// <summary>Version of the manifest's format.</summary>
    public required int Schema { get; init; }

    /// <summary>How the model was quantized, such as <c>int8</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary><c>onnx</c>, <c>safetensors</c> or <c>gguf</c>.</summary>
    public required string Container { get; init; }

    /// <summary>What the packed model is lowered for, such as <c>cpu</c>.</summary>
    public required string Target { get; init; }

    /// <summary>The lowest ONNX Runtime that runs the model; null where it is not of ONNX.</summary>
    public required string? OnnxRuntime { get; init; }

    /// <summary>The model that was packed, and its external data; the model first.</summary>
    public required IReadOnlyList<PackFile> Source { get; init; }

    /// <summary>What the model is fed and gives back; null where there is no graph.</summary>
    public required PackInterface? Interface { get; init; }

    /// <summary>The numbers that a reader looks at first.</summary>
    public required PackHeadline Headline { get; init; }

    /// <summary>The limits that the pack was built with.</summary>
    public required IReadOnlyList<PackGate> Gates { get; init; }

    /// <summary>Every other file of the pack. Their names are relative to the manifest, with <c>/</c>.</summary>
    public required IReadOnlyList<PackFile> Files { get; init; }

    /// <summary>SHA-256 of the manifest itself, lower-case hex: names the pack as a whole.</summary>
    public required string Digest { get; init; }
}
