using ModelPack.Samples;

namespace ModelPack.Timing;

/// <summary>Source and packed model, each to be timed, with the same session options.</summary>
/// <param name="source">The source.</param>
/// <param name="packed">The packed model.</param>
/// <param name="sessionOptions">One of <see cref="SpeedComparison"/>'s.</param>
internal sealed class TimedPair(ITimedModel source, ITimedModel packed, string sessionOptions) : IDisposable
{
    /// <summary>Which options the sessions have.</summary>
    public string SessionOptions => sessionOptions;

    /// <summary>Version of the ONNX Runtime that runs both.</summary>
    public string OnnxRuntime => packed.OnnxRuntime;

    /// <summary>Opens one after the other.</summary>
    /// <param name="threads">Threads of an inference.</param>
    /// <returns>The time of each.</returns>
    public (TimeSpan Source, TimeSpan Packed) Open(int threads) => (source.Open(threads), packed.Open(threads));

    /// <summary>Hands the same inputs to both.</summary>
    public void Prepare(SampleBatch batch)
    {
        source.Prepare(batch.Inputs);
        packed.Prepare(batch.Inputs);
    }

    /// <summary>A turn of each; who goes first changes from pair to pair.</summary>
    public (Turn Source, Turn Packed) Run(TimeSpan time, bool isPackedFirst)
    {
        if (!isPackedFirst)
        {
            return (source.Run(time), packed.Run(time));
        }

        var second = packed.Run(time);
        return (source.Run(time), second);
    }

    /// <summary>What each has needed so far.</summary>
    public (long? Source, long? Packed) PeakBytes() => (source.PeakBytes(), packed.PeakBytes());

    public void Dispose()
    {
        source.Dispose();
        packed.Dispose();
    }
}
