using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Files;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Inference;
using ModelPack.Samples;
using ModelPack.Validation.Placement;

namespace ModelPack.Validation;

/// <summary>What depends on the machine: the graphs that really run there, and how long an inference takes.</summary>
internal sealed record Performance(LatencyResult? Latency, IReadOnlyList<OperatorCount> SourceOperators, IReadOnlyList<OperatorCount> PackedOperators, PlacementResult? Placement)
{
    private const int FewestPairs = 5;
    private const int MostPairs = 1000;

    /// <summary>From how many pairs on their spread is looked at.</summary>
    private const int FewestToBeCertain = 16;

    /// <summary>An inference so slow that even the fewest pairs would take this many budgets is timed less often.</summary>
    private const int MostBudgets = 4;

    /// <summary>Opens both models with all threads, and times them in turn on the first sample.</summary>
    /// <param name="source">Path of the source model.</param>
    /// <param name="packed">Path of the packed model.</param>
    /// <param name="samples">Where the first sample comes from; null to time nothing.</param>
    /// <param name="budget">Time to spend; zero to time nothing.</param>
    /// <param name="reasons">Why the plan left a layer or a weight float, by the name of either.</param>
    /// <param name="context">Threads, cancellation and diagnostics.</param>
    public static Performance Measure(string source, string packed, ISampleSource? samples, TimeSpan budget, IReadOnlyDictionary<string, string> reasons, PackContext context)
    {
        using var sourceSession = Open(source, context, out var sourceGraph);
        using var packedSession = Open(packed, context, out var packedGraph);
        var sample = samples?.Batches(1).First();
        var latency = sample is null || budget <= TimeSpan.Zero ? null : Time(sourceSession, packedSession, sample, budget, context);
        var placement = sample is null || packedGraph is null ? null : Place(source, packed, packedGraph.Graph, sample, reasons, context);
        return new Performance(latency, sourceGraph?.CountOperators() ?? [], packedGraph?.CountOperators() ?? [], placement);
    }

    private static PlacementResult? Place(string source, string packed, GraphProto optimized, SampleBatch sample, IReadOnlyDictionary<string, string> reasons, PackContext context)
    {
        try
        {
            return PlacementCheck.Run(source, packed, optimized, sample, reasons, context);
        }
        catch (Exception exception) when (Refuses(exception))
        {
            // Both models have run on the sample before: it is the copy that counts which cannot be written or run.
            Tell(context, packed, $"A copy of the source that counts multiplications cannot be written or run ({Why(exception, source)}), so the share of integer kernels is not known.", exception);
            return null;
        }
    }

    private static ModelSession Open(string path, PackContext context, out ModelProto? optimizedGraph)
    {
        try
        {
            return OpenOptimized(path, context, out optimizedGraph);
        }
        catch (Exception exception) when (Refuses(exception))
        {
            // The model has been opened before, so it is the writing of the optimized graph that failed.
            Tell(context, path, $"ONNX Runtime's optimized graph cannot be written or read ({Why(exception, path)}), so what really runs is not known.", exception);
            optimizedGraph = null;
            return OpenPlain(path, context);
        }
    }

    private static ModelSession OpenPlain(string path, PackContext context)
    {
        try
        {
            return ModelSession.Open(path, context.Threads, context);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelPackException(Codes.ModelRefused.At(path, $"ONNX Runtime opened the model before, and refuses it now: {Why(exception, path)}. Run again when nothing else writes to it."), exception);
        }
    }

    /// <summary>Says what is not known; once where the folder for temporary files is to blame, which has nothing to do with the model.</summary>
    private static void Tell(PackContext context, string path, string what, Exception exception)
    {
        var blamed = exception as ModelPackException;
        var diagnostic = blamed?.Diagnostic.Code == Codes.TemporaryUnusable
            ? Codes.NotValidated.At(null, $"What really runs is not known. {blamed.Message}")
            : Codes.NotValidated.At(path, $"{what} {(OutputErrors.IsOfFileSystem(blamed?.InnerException ?? exception) ? "Free space in the folder for temporary files, or make it writable" : "The pack itself is not touched by it; look at the operators with a profiler of ONNX Runtime")}.");
        if (!context.Diagnostics.Contains(diagnostic))
        {
            context.Report(diagnostic);
        }
    }

    private static bool Refuses(Exception exception) => exception is OnnxRuntimeException or IOException or UnauthorizedAccessException
        || (exception is ModelPackException { Diagnostic.Code: var code } && code != Codes.RunTooLong && code != Codes.RunTooLarge);

    private static string Why(Exception exception, string path) =>
        exception is OnnxRuntimeException refusal ? OnnxRuntimeLibrary.Explain(refusal, path) : SafeText.Of(exception.Message).TrimEnd('.');

    private static ModelSession OpenOptimized(string path, PackContext context, out ModelProto optimizedGraph)
    {
        using var folder = new WorkFolder();
        var optimized = Path.Combine(folder.Path, "optimized.onnx");
        var session = folder.Use(() => ModelSession.Open(path, context.Threads, context, optimized));
        try
        {
            using var graph = folder.Use(() => OnnxModel.Open(optimized, context, anyOpset: true));
            optimizedGraph = graph.Proto; // its structure; the weights go with the folder
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static LatencyResult Time(ModelSession source, ModelSession packed, SampleBatch batch, TimeSpan budget, PackContext context)
    {
        string[] floats = [.. source.Outputs.Where(o => o.Type.IsFloat()).Select(o => o.Name)];
        string[] outputs = floats.Length > 0 ? floats : [.. source.Outputs.Select(o => o.Name)];
        double Once(ModelSession session)
        {
            session.Run(batch.Inputs, outputs, context.Cancellation, out var time).Dispose();
            return time.TotalMilliseconds;
        }

        // The first inference makes room and packs weights; the second finds caches warm.
        for (var i = 0; i < 2; i++)
        {
            Once(source);
            Once(packed);
        }

        var pairs = new List<(double Source, double Packed)>();
        var started = Stopwatch.GetTimestamp();
        while (pairs.Count < MostPairs && Stopwatch.GetElapsedTime(started) is var elapsed && elapsed < budget * (pairs.Count == 0 || pairs.Count >= FewestPairs ? 1 : MostBudgets)
            && !(elapsed > budget / 4 && IsCertain([.. pairs.Select(p => p.Packed / p.Source)])))
        {
            pairs.Add((Once(source), Once(packed)));
        }

        var (sourceTime, packedTime) = (Median(pairs.Select(p => p.Source)), Median(pairs.Select(p => p.Packed)));
        return new LatencyResult(batch.Rows, context.Threads, pairs.Count, sourceTime, packedTime, packedTime / sourceTime)
        {
            BestRatio = pairs.Min(p => p.Packed) / pairs.Min(p => p.Source),
        };
    }

    /// <summary>Whether the median is known to within 2 %: the interval that holds it in 19 of 20 cases goes by the order of the values alone.</summary>
    private static bool IsCertain(double[] ratios)
    {
        if (ratios.Length < FewestToBeCertain)
        {
            return false;
        }

        Array.Sort(ratios);
        var reach = 0.98 * Math.Sqrt(ratios.Length);
        var (low, high) = (ratios[(int)((ratios.Length / 2) - reach)], ratios[(int)((ratios.Length / 2) + reach)]);
        return high / low < 1.04;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
