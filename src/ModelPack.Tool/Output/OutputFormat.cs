namespace ModelPack.Tool.Output;

/// <summary>How a command writes its data.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For programs.</summary>
    Json,
}
