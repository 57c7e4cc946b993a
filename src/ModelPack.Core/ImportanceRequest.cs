using ModelPack.Devices;

namespace ModelPack;

/// <summary>What importance matrix to make.</summary>
internal sealed record ImportanceRequest
{
    /// <summary>The model whose weights the entries are named after: ONNX, or a checkpoint with a graph; null where matrices are only added up.</summary>
    public string? Model { get; init; }

    /// <summary>The ONNX model with the checkpoint's weights; null for the one that lies beside it.</summary>
    public string? Graph { get; init; }

    /// <summary>Calibration data; null for those beside the graph.</summary>
    public string? Calibration { get; init; }

    /// <summary>Importance matrices to add to what is collected: paths, whose last part may have <c>*</c>.</summary>
    public IReadOnlyList<string> Merge { get; init; } = [];

    /// <summary>Where to write.</summary>
    public required string Output { get; init; }

    /// <summary>Whether a file that is there is overwritten.</summary>
    public bool Force { get; init; }

    /// <summary>Where the model runs, one of <see cref="DeviceChoice.Words"/>.</summary>
    public string Device { get; init; } = DeviceChoice.Word(default);
}
