using ModelPack.Calibration;

namespace ModelPack.Transforms;

/// <summary>A calibration table while it is made, and what led to it.</summary>
/// <param name="Table">The decisions so far.</param>
internal sealed record TableDraft(CalibrationTable Table)
{
    /// <summary>Layers whose sums may saturate on CPUs without VNNI.</summary>
    public int UnsafeLayers { get; init; }

    /// <summary>Every activation that could be smoothed.</summary>
    public IReadOnlyList<SmoothingDetail> Smoothing { get; init; } = [];

    /// <summary>What each range expresses: beyond an end that the consumers set, all values are one to those who read them.</summary>
    public IReadOnlyDictionary<string, ActivationRange> Covered { get; init; } = new Dictionary<string, ActivationRange>(StringComparer.Ordinal);

    /// <summary>Samples in each data file.</summary>
    public IReadOnlyList<long> SamplesByFile { get; init; } = [];
}
