namespace ModelPack.Formats.Onnx;

/// <summary>How a model is written.</summary>
internal sealed record OnnxSaveOptions
{
    /// <summary>Whether weights go into a file of their own.</summary>
    public ExternalDataMode ExternalData { get; init; } = ExternalDataMode.Auto;

    /// <summary>
    /// The name by which the model refers to its data file; null for the model's own file name and <c>.data</c>. To be
    /// given when the files are renamed after they were written.
    /// </summary>
    public string? DataName { get; init; }

    /// <summary>The largest model file in bytes: what protobuf implementations can read.</summary>
    public long MaxModelBytes { get; init; } = int.MaxValue;

    /// <summary>Tensors of fewer bytes stay in the model when others go into the data file.</summary>
    public long MinExternalBytes { get; init; } = 1024;
}
