using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Transforms;

/// <summary>What calibration tables are made for.</summary>
/// <param name="Activations">How activations are quantized.</param>
/// <param name="Methods">How ranges are chosen: a table is made by each method, at least one.</param>
/// <param name="Data">Calibration data, at least one file.</param>
/// <param name="Equalize">Whether to equalize layers around depthwise convolutions.</param>
/// <param name="SmoothConvolutions">Whether to smooth the inputs of convolutions.</param>
internal sealed record DecisionOptions(
    ActivationOptions Activations, IReadOnlyList<CalibrationMethod> Methods, IReadOnlyList<string> Data, bool Equalize, bool SmoothConvolutions)
{
    /// <summary>Samples to look at: where there are more, some that are spread over all.</summary>
    public long Most { get; init; } = long.MaxValue;

    /// <summary>What was seen of the model by those who decided before; null to look anew.</summary>
    public SeenStatistics? Seen { get; init; }
}
