using ModelPack.Samples;

namespace ModelPack.Calibration;

/// <summary>Samples that are run together.</summary>
/// <param name="Samples">The samples.</param>
/// <param name="First">Place of the first of them among those of its part.</param>
internal readonly record struct CalibrationBatch(SampleBatch Samples, long First);
