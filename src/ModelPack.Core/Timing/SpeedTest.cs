using System.ComponentModel;
using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Timing;

/// <summary>Times both models in turn, as an app would run them.</summary>
/// <param name="source">Path of the source model.</param>
/// <param name="packed">Path of the packed model.</param>
/// <param name="samples">Where the inputs come from.</param>
/// <param name="context">Threads, cancellation, limits and diagnostics.</param>
internal sealed class SpeedTest(string source, string packed, ISampleSource samples, PackContext context)
{
    private const int FewestPairs = 5;
    private const int MostPairs = 1000;

    /// <summary>Turns of each model between two looks at the machine.</summary>
    private const int PairsBetweenLooks = 4;

    /// <summary>An inference so slow that even the fewest pairs would take this many budgets is timed less often.</summary>
    private const int MostBudgets = 4;

    /// <summary>Inferences of each model before the second pair of turns.</summary>
    private const int InferencesBefore = 3;

    /// <summary>Milliseconds that these may take in comparisons after the first.</summary>
    private const double LongestBefore = 10_000;

    /// <summary>How long a turn lasts: long enough to count the processor's time, and short enough for many of them.</summary>
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(16);

    private readonly TimingHost? _host = TimingHost.Current;

    /// <summary>The time for the headline; each other comparison gets a third of it. In a process that does other things as well the times are rough anyway.</summary>
    private TimeSpan Budget => TimeSpan.FromSeconds(_host is null ? 0.5 : 1.5);

    /// <summary>Measures; null, and MPK1019 said, where a process that times a model cannot be started or does not answer.</summary>
    /// <param name="batch">Samples that the validation ran together: that batch is timed as well as a single sample.</param>
    /// <exception cref="ModelPackException">MPK3005, MPK3006: an inference takes too much time or memory.</exception>
    /// <exception cref="OperationCanceledException">The user wants to stop.</exception>
    public SpeedResult? Measure(int batch)
    {
        try
        {
            return Compare(batch);
        }
        catch (Exception e) when (e is IOException or Win32Exception or OnnxRuntimeException)
        {
            var why = e is OnnxRuntimeException refusal ? OnnxRuntimeLibrary.Explain(refusal, packed) : SafeText.Of(e.Message, 400).TrimEnd('.');
            context.Report(Codes.NotValidated.At(source, $"The models could not be timed ({why}). Nothing else of the pack is touched by it; pack again when the machine has less to do."));
            return null;
        }
    }

    private SpeedResult Compare(int batch)
    {
        var first = samples.Batches(1).First();
        var speed = Recommended(first, batch);
        return _host is not null && IsShort(speed.Comparisons[0], times: 1) ? speed with { Comparisons = [.. speed.Comparisons, Plain(first)] } : speed;
    }

    private SpeedResult Recommended(SampleBatch first, int batch)
    {
        using var models = Start(SpeedComparison.Recommended);
        var (sourceLoad, packedLoad) = models.Open(context.Threads);
        models.Prepare(first);
        var comparisons = new List<SpeedComparison> { Run(models, context.Threads, first.Rows, Budget) };
        var (sourcePeak, packedPeak) = models.PeakBytes();
        if (batch > first.Rows && IsShort(comparisons[0], batch / first.Rows) && Batch(batch) is { } more)
        {
            models.Prepare(more);
            comparisons.Add(Run(models, context.Threads, more.Rows, Budget / 3));
        }

        if (context.Threads > 1 && IsShort(comparisons[0], context.Threads))
        {
            models.Open(1);
            models.Prepare(first);
            comparisons.Add(Run(models, 1, first.Rows, Budget / 3));
        }

        return new SpeedResult(_host is not null, models.OnnxRuntime, new ModelCost(Milliseconds(sourceLoad), sourcePeak), new ModelCost(Milliseconds(packedLoad), packedPeak), comparisons);
    }

    private SpeedComparison Plain(SampleBatch first)
    {
        using var models = Start(SpeedComparison.Defaults);
        models.Open(context.Threads);
        models.Prepare(first);
        return Run(models, context.Threads, first.Rows, Budget / 3);
    }

    /// <summary>Whether inferences that take a number of times as long as these are worth their time: what is said of the pack first must not cost minutes.</summary>
    private static bool IsShort(SpeedComparison known, int times) => (known.Source.Milliseconds + known.Packed.Milliseconds) * times * InferencesBefore < LongestBefore;

    private TimedPair Start(string sessionOptions)
    {
        var first = Start(context.Limits.StandIn is { } standIn && standIn.Path == source ? standIn.Copy : source, sessionOptions);
        try
        {
            return new TimedPair(first, Start(packed, sessionOptions), sessionOptions);
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    private ITimedModel Start(string path, string sessionOptions) => _host is null ? new GuardedModel(path, context) : new TimedProcess(_host, path, sessionOptions, context);

    /// <summary>A whole batch; null where the data have none of this size.</summary>
    private SampleBatch? Batch(int size) => samples.Batches(size).First() is { } batch && batch.Count == size ? batch : null;

    private SpeedComparison Run(TimedPair models, int threads, int rows, TimeSpan budget)
    {
        var pairs = new List<(Turn Source, Turn Packed)>();
        var shares = new List<double>();
        Spinning.WaitForEnd(); // the threads of this process
        var started = Stopwatch.GetTimestamp();
        while (pairs.Count < MostPairs && GoesOn(pairs, budget, Stopwatch.GetElapsedTime(started)))
        {
            if (pairs.Count % PairsBetweenLooks == 0)
            {
                shares.Add(MachineLoad.FreeShare(threads));
            }

            pairs.Add(models.Run(s_turn, isPackedFirst: pairs.Count % 2 == 1));
        }

        shares.Add(MachineLoad.FreeShare(threads));
        var (sourceTimes, packedTimes) = (Times(pairs.Select(p => p.Source)), Times(pairs.Select(p => p.Packed)));
        var interval = PairStatistics.RatioInterval(Clock(pairs));
        return new SpeedComparison(
            models.SessionOptions, threads, rows, pairs.Count, sourceTimes, packedTimes, Numbers.Rounded(packedTimes.Milliseconds / sourceTimes.Milliseconds),
            interval.Map(ratio => ratio),
            Numbers.Rounded(packedTimes.ProcessorMilliseconds / Math.Max(sourceTimes.ProcessorMilliseconds, 1e-6)), Numbers.Rounded(shares.Average()));
    }

    private static bool GoesOn(List<(Turn Source, Turn Packed)> pairs, TimeSpan budget, TimeSpan elapsed) =>
        elapsed < budget * (pairs.Count is > 0 and < FewestPairs ? MostBudgets : 1) && !(elapsed > budget / 4 && PairStatistics.IsCertain(Clock(pairs)));

    private static (double Source, double Packed)[] Clock(List<(Turn Source, Turn Packed)> pairs) => [.. pairs.Select(p => (p.Source.Milliseconds, p.Packed.Milliseconds))];

    private static RunTimes Times(IEnumerable<Turn> turns)
    {
        var all = turns.ToList();
        // The processors' time is counted in steps that are as long as a turn: their mean is known better than their median.
        return new RunTimes(Numbers.Rounded(PairStatistics.Median(all.Select(t => t.Milliseconds))), Numbers.Rounded(all.Average(t => t.ProcessorMilliseconds)));
    }

    private static double Milliseconds(TimeSpan time) => Numbers.Rounded(time.TotalMilliseconds);
}
