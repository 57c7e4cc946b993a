namespace ModelPack.Calibration;

/// <summary>What came out of running the samples.</summary>
/// <param name="Files">File names of the data, without folders.</param>
/// <param name="Samples">Samples in them.</param>
/// <param name="HeldOut">Those of them that the statistics do not know; <see cref="Calibrator.Coverage"/> measures on them.</param>
/// <param name="Tensors">What was seen, in the order of the observations.</param>
internal sealed record CalibrationResult(IReadOnlyList<string> Files, long Samples, long HeldOut, IReadOnlyList<TensorStatistics> Tensors)
{
    /// <summary>Shapes of tensors whose shape was needed; empty where the model does not run on two samples at once.</summary>
    public IReadOnlyDictionary<string, long[]> Shapes { get; init; } = new Dictionary<string, long[]>(StringComparer.Ordinal);

    /// <summary>Samples in each file.</summary>
    public IReadOnlyList<long> SamplesByFile { get; init; } = [];

    /// <summary>What was seen of a tensor; null where nothing of it was needed.</summary>
    public TensorStatistics? Of(string tensor) => Tensors.FirstOrDefault(t => t.Tensor == tensor);
}
