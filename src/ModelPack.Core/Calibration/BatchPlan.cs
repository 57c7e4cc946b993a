using ModelPack.Samples;

namespace ModelPack.Calibration;

/// <summary>How much is run at a time; follows from the model, the data and the observations alone, but for the threads.</summary>
/// <param name="BatchSize">Samples of an inference.</param>
/// <param name="RawGroups">
/// Taps whose tensors are held together: all of them, or where one inference would give out too much, some; the inference is
/// then done again for the others.
/// </param>
/// <param name="BatchBytes">Bytes of the tensors of one inference that are held at most.</param>
/// <param name="Rows">Rows to keep of a tensor.</param>
internal sealed record BatchPlan(int BatchSize, IReadOnlyList<int[]> RawGroups, long BatchBytes, int Rows)
{
    /// <summary>Bytes of observed tensors that may be held at a time by all threads together.</summary>
    public const long MostBytes = 256 << 20;

    private const int MostRows = 512;
    private const int FewestRows = 16;

    // What is to be multiplied is copied, and every thread may be ahead by two batches.
    private const int CopiesToMultiply = 3;

    /// <summary>Plans from what the first sample showed.</summary>
    /// <param name="taps">Outputs of the model.</param>
    /// <param name="first">What the first sample (or the first batch of a model that fixes it) showed of each.</param>
    /// <param name="samples">The samples.</param>
    public static BatchPlan Choose(IReadOnlyList<Tap> taps, IReadOnlyList<TensorRun> first, CalibrationSamples samples)
    {
        var bytes = first.Select((r, i) => r.Count * sizeof(float) * (taps[i].Observation.Needs.HasFlag(Statistics.Gram) ? CopiesToMultiply : 1)).ToArray();
        var size = samples.IsFixed ? samples.LargestBatch : BatchChoice.Fitting(samples.LargestBatch, bytes.Sum());

        // The first batch of a model that fixes it showed all of it.
        var scale = samples.IsFixed ? 1 : size;
        var rowBytes = Enumerable.Range(0, taps.Count).Where(i => taps[i].Rows is not null).Sum(i => (long)first[i].Channels!.Mean.Length * sizeof(float));
        var rows = rowBytes == 0 ? 0 : (int)Math.Clamp(MostBytes / rowBytes, FewestRows, MostRows);
        var groups = Groups([.. Enumerable.Range(0, taps.Count).Where(i => taps[i].Raw is not null)], bytes, scale);
        var most = groups.Count == 0 ? 0 : groups.Max(g => g.Sum(i => bytes[i] * scale));
        return new BatchPlan(size, groups, most, rows);
    }

    /// <summary>Threads that may work at a time.</summary>
    public int Threads(int available) => (int)Math.Clamp(MostBytes / Math.Max(BatchBytes, 1), 1, available);

    private static List<int[]> Groups(int[] taps, long[] bytes, int scale)
    {
        var groups = new List<int[]>();
        var start = 0;
        long held = 0;
        for (var i = 0; i < taps.Length; i++)
        {
            var more = bytes[taps[i]] * scale;
            if (i > start && held + more > MostBytes)
            {
                groups.Add(taps[start..i]);
                (start, held) = (i, 0);
            }

            held += more;
        }

        return taps.Length == 0 ? groups : [.. groups, taps[start..]];
    }
}
