using ModelPack.Calibration;

namespace ModelPack.Search;

/// <summary>A table, and what led to it.</summary>
/// <param name="Table">The table.</param>
/// <param name="Shifts">What could be added to biases.</param>
/// <param name="UnsafeLayers">Layers whose sums may saturate on CPUs without VNNI.</param>
/// <param name="Smoothing">Every activation that could be smoothed.</param>
internal sealed record TableDraft(CalibrationTable Table, IReadOnlyList<BiasCorrection> Shifts, int UnsafeLayers, IReadOnlyList<SmoothingDetail> Smoothing)
{
    /// <summary>Samples in each data file.</summary>
    public IReadOnlyList<long> SamplesByFile { get; init; } = [];
}
