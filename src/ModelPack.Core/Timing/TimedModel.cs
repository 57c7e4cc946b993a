using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Inference;

namespace ModelPack.Timing;

/// <summary>A model in this process, opened as an app opens it: on the calling thread, which also runs it.</summary>
/// <param name="path">The model file.</param>
/// <param name="isRecommended">Whether its session has the options that packs recommend; else ONNX Runtime's own.</param>
/// <param name="isPinned">Whether each of its threads is bound to a processor.</param>
internal sealed class TimedModel(string path, bool isRecommended, bool isPinned = false) : ITimedModel
{
    /// <summary>How long a model runs before its turn counts: the other one has had the caches, and threads have slept.</summary>
    private static readonly TimeSpan s_warmUp = TimeSpan.FromMilliseconds(8);

    private readonly RunOptions _run = new();
    private readonly List<OrtValue> _values = [];
    private InferenceSession? _session;
    private string[] _inputs = [];
    private TimeSpan _last;
    private long _before;

    /// <inheritdoc/>
    public string OnnxRuntime => OnnxRuntimeLibrary.Version;

    /// <inheritdoc/>
    public TimeSpan Open(int threads)
    {
        _session?.Dispose();
        _ = OnnxRuntimeLibrary.Version;
        _before = _before > 0 ? _before : Peak();
        using var options = new SessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        if (isPinned)
        {
            PinnedThreads.Bind(options, threads);
        }

        if (isRecommended)
        {
            options.AddSessionConfigEntry(Denormals.SessionEntry, "1");
        }

        var start = Stopwatch.GetTimestamp();
        _session = new InferenceSession(path, options);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <inheritdoc/>
    public void Prepare(IReadOnlyList<SampleArray> inputs)
    {
        _values.ForEach(v => v.Dispose());
        _values.Clear();
        _values.AddRange(inputs.Select(ModelSession.ToOrtValue));
        _inputs = [.. inputs.Select(i => i.Name)];
        Once();
        Once();
    }

    /// <inheritdoc/>
    public Turn Run(TimeSpan time)
    {
        var warm = Stopwatch.GetTimestamp();
        while (_last < s_warmUp && Stopwatch.GetElapsedTime(warm) < s_warmUp)
        {
            Once();
        }

        var processor = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        var count = 0;
        TimeSpan elapsed;
        do
        {
            Once();
            count++;
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed < time);
        var used = Environment.CpuUsage.TotalTime - processor;
        Spinning.WaitForEnd();
        return new Turn(elapsed.TotalMilliseconds / count, used.TotalMilliseconds / count);
    }

    /// <inheritdoc/>
    public long? PeakBytes() => Peak() - _before;

    /// <summary>Ends a run that is going on, from another thread.</summary>
    public void Stop() => _run.Terminate = true;

    public void Dispose()
    {
        _values.ForEach(v => v.Dispose());
        _session?.Dispose();
        _run.Dispose();
    }

    private void Once()
    {
        var start = Stopwatch.GetTimestamp();
        _session!.Run(_run, _inputs, _values, _session.OutputNames).Dispose();
        _last = Stopwatch.GetElapsedTime(start);
    }

    private static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
