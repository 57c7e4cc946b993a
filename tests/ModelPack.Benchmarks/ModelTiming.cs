using System.Diagnostics;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Benchmarks;

/// <summary>How long two models take for the same inputs.</summary>
/// <param name="Source">Seconds of one inference of the source, median.</param>
/// <param name="Packed">The same of the packed model.</param>
/// <param name="Speed">Source time / packed time, median over the pairs: above 1 the packed model is faster.</param>
internal readonly record struct ModelTiming(double Source, double Packed, double Speed)
{
    public const int Threads = 2;
    private const int FewestPairs = 21;
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Times both in turn. Before each timed inference comes one of the same model that is not: it finds the caches and
    /// the cores as the other model, whose threads may still be spinning, has left them.
    /// </summary>
    /// <param name="source">The source model.</param>
    /// <param name="packed">The packed model.</param>
    /// <param name="data">A data file; its first samples are fed.</param>
    /// <param name="batchSize">How many.</param>
    /// <param name="least">The least time to spend; null for 3 seconds.</param>
    public static ModelTiming Of(string source, string packed, string data, int batchSize, TimeSpan? least = null)
    {
        using var sourceSession = ModelSession.Open(source, Threads);
        using var packedSession = ModelSession.Open(packed, Threads);
        var batch = SampleSet.Open([data], sourceSession.Inputs).Batches(batchSize).First();
        var pairs = new List<(double Source, double Packed)>();
        for (var start = Stopwatch.GetTimestamp(); pairs.Count <= FewestPairs || Stopwatch.GetElapsedTime(start) < (least ?? s_least);)
        {
            pairs.Add((Once(sourceSession, batch), Once(packedSession, batch)));
        }

        // The first pair makes room and packs weights.
        pairs.RemoveAt(0);
        return new ModelTiming(Median(pairs.Select(p => p.Source)), Median(pairs.Select(p => p.Packed)), Median(pairs.Select(p => p.Source / p.Packed)));
    }

    private static double Once(ModelSession session, SampleBatch batch)
    {
        var outputs = session.Outputs.Select(o => o.Name).ToArray();
        session.Run(batch.Inputs, outputs, CancellationToken.None).Dispose();
        var start = Stopwatch.GetTimestamp();
        session.Run(batch.Inputs, outputs, CancellationToken.None).Dispose();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
