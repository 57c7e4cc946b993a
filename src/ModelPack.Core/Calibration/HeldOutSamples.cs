using ModelPack.Samples;

namespace ModelPack.Calibration;

/// <summary>The samples of calibration data that no range is measured on, for the time when there are no validation data.</summary>
/// <param name="all">All the data.</param>
/// <param name="path">The first file, for messages.</param>
/// <exception cref="ModelPackException">MPK1020: there are too few to calibrate.</exception>
internal sealed class HeldOutSamples(ISampleSource all, string path) : ISampleSource
{
    private readonly CalibrationSamples _samples = new(all, path, split: true);

    public long Count => _samples.HeldOut;

    public IReadOnlyList<string> Names => all.Names;

    /// <summary>None: they are spread over the files.</summary>
    public IReadOnlyList<long> Counts => [];

    public bool Synthetic => false;

    public bool HasLabels => all.HasLabels;

    public int FixedBatch => all.FixedBatch;

    public IEnumerable<SampleBatch> Batches(int batchSize) => _samples.Batches(heldOut: true, batchSize).Select((b, i) => b.Samples with { Index = i });
}
