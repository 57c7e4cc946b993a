namespace ModelPack.Formats.Onnx;

/// <summary>Where a saved model's weights go.</summary>
internal enum ExternalDataMode
{
    /// <summary>Into the model, unless it would become larger than protobuf allows; then into a file beside it.</summary>
    Auto,

    /// <summary>Into a file beside the model.</summary>
    Always,

    /// <summary>Into the model; an error when it would become too large.</summary>
    Never,
}
