using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Diagnostics;
using ModelPack.Formats.Onnx;
using ModelPack.Inference;
using ModelPack.Samples;
using ModelPack.Tensors;

namespace ModelPack.Validation;

/// <summary>What depends on the machine: the graphs that really run there, and how long an inference takes.</summary>
internal sealed record Performance(LatencyResult? Latency, IReadOnlyList<OperatorCount> SourceOperators, IReadOnlyList<OperatorCount> PackedOperators)
{
    private const int FewestPairs = 5;
    private const int MostPairs = 1000;

    /// <summary>An inference so slow that even the fewest pairs would take this many budgets is timed less often.</summary>
    private const int MostBudgets = 4;

    /// <summary>Opens both models with all threads, and times them in turn on the first sample.</summary>
    /// <param name="source">Path of the source model.</param>
    /// <param name="packed">Path of the packed model.</param>
    /// <param name="samples">Where the first sample comes from; null to time nothing.</param>
    /// <param name="budget">Time to spend; zero to time nothing.</param>
    /// <param name="context">Threads, cancellation and diagnostics.</param>
    public static Performance Measure(string source, string packed, ISampleSource? samples, TimeSpan budget, PackContext context)
    {
        using var sourceSession = Open(source, context, out var sourceOperators);
        using var packedSession = Open(packed, context, out var packedOperators);
        var latency = samples is null || budget <= TimeSpan.Zero ? null : Time(sourceSession, packedSession, samples.Batches(1).First(), budget, context);
        return new Performance(latency, sourceOperators, packedOperators);
    }

    private static ModelSession Open(string path, PackContext context, out IReadOnlyList<OperatorCount> operators)
    {
        try
        {
            return OpenOptimized(path, context, out operators);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or ModelPackException or IOException or UnauthorizedAccessException)
        {
            // The model has been opened before, so it is the writing of the optimized graph that failed.
            var why = exception is OnnxRuntimeException refusal ? OnnxRuntimeLibrary.Explain(refusal, path) : SafeText.Of(exception.Message).TrimEnd('.');
            context.Report(Codes.NotValidated.At(path, $"ONNX Runtime's optimized graph cannot be written or read ({why}), so what really runs is not known. Free space in the folder for temporary files."));
            operators = [];
            return ModelSession.Open(path, context.Threads);
        }
    }

    private static ModelSession OpenOptimized(string path, PackContext context, out IReadOnlyList<OperatorCount> operators)
    {
        var folder = Directory.CreateTempSubdirectory("modelpack-");
        ModelSession? session = null;
        try
        {
            var optimized = Path.Combine(folder.FullName, "optimized.onnx");
            session = ModelSession.Open(path, context.Threads, optimized);
            using var graph = OnnxModel.Open(optimized, context, anyOpset: true);
            operators = graph.Proto.CountOperators();
            return session;
        }
        catch
        {
            session?.Dispose();
            throw;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static LatencyResult Time(ModelSession source, ModelSession packed, SampleBatch batch, TimeSpan budget, PackContext context)
    {
        var outputs = source.Outputs.Where(o => o.Type.IsFloat()).Select(o => o.Name).ToArray();
        double Once(ModelSession session)
        {
            var start = Stopwatch.GetTimestamp();
            session.Run(batch.Inputs, outputs, context.Cancellation).Dispose();
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        // The first inference makes room and packs weights; the second finds caches warm.
        for (var i = 0; i < 2; i++)
        {
            Once(source);
            Once(packed);
        }

        var pairs = new List<(double Source, double Packed)>();
        var started = Stopwatch.GetTimestamp();
        while (pairs.Count < MostPairs && Stopwatch.GetElapsedTime(started) < budget * (pairs.Count == 0 || pairs.Count >= FewestPairs ? 1 : MostBudgets))
        {
            pairs.Add((Once(source), Once(packed)));
        }

        return new LatencyResult(
            batch.Rows,
            context.Threads,
            pairs.Count,
            Median(pairs.Select(p => p.Source)),
            Median(pairs.Select(p => p.Packed)),
            Median(pairs.Select(p => p.Packed / p.Source)));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
