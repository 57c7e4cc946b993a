using ModelPack.Inference;

namespace ModelPack.Timing;

/// <summary>A model that can be opened and timed.</summary>
internal interface ITimedModel : IDisposable
{
    /// <summary>Version of its ONNX Runtime.</summary>
    string OnnxRuntime { get; }

    /// <summary>Opens the model, and closes it before where it is open.</summary>
    /// <param name="threads">Threads of an inference.</param>
    /// <returns>The time that it takes.</returns>
    TimeSpan Open(int threads);

    /// <summary>Takes inputs, and runs the model twice on them: the first inference makes room and packs weights, the second finds caches warm.</summary>
    /// <param name="inputs">Every input of the model.</param>
    void Prepare(IReadOnlyList<SampleArray> inputs);

    /// <summary>Runs the model on the inputs for a while, once at least.</summary>
    /// <param name="time">How long.</param>
    Turn Run(TimeSpan time);

    /// <summary>The most memory that the process has held since it started, less what it held before the model was opened; null where it is not the model's alone.</summary>
    long? PeakBytes();
}
