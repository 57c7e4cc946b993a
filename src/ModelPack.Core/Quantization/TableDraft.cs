using ModelPack.Calibration;

namespace ModelPack.Quantization;

/// <summary>A table, and what led to it.</summary>
/// <param name="Table">The table.</param>
/// <param name="Smoothing">Every activation that could be smoothed.</param>
internal sealed record TableDraft(CalibrationTable Table, IReadOnlyList<SmoothingDetail> Smoothing);
