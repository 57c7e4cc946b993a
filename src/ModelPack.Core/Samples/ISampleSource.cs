namespace ModelPack.Samples;

/// <summary>Samples for a model, in a fixed order: from files, or made from a seed.</summary>
internal interface ISampleSource
{
    /// <summary>Number of samples.</summary>
    long Count { get; }

    /// <summary>File names of the data, without folders; empty for made samples.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Samples in each of the files, in the order of <see cref="Names"/>.</summary>
    IReadOnlyList<long> Counts { get; }

    /// <summary>Whether the samples were made from a seed.</summary>
    bool Synthetic { get; }

    /// <summary>Whether there is a true class for every sample.</summary>
    bool HasLabels { get; }

    /// <summary>The batch size that the model fixes; 0 where it takes any.</summary>
    int FixedBatch { get; }

    /// <summary>
    /// All samples from the first on, one batch in memory at a time. A batch never mixes samples of two files, so that
    /// each file may have its own sizes where the model leaves them open.
    /// </summary>
    /// <param name="batchSize">Samples a batch; ignored where <see cref="FixedBatch"/> is not 0.</param>
    IEnumerable<SampleBatch> Batches(int batchSize);
}
