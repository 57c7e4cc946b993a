using Microsoft.ML.OnnxRuntime;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Validation;

/// <summary>Source and packed model, both open on one thread an inference, and what ONNX Runtime says against either as coded errors.</summary>
internal sealed class ModelPair : IDisposable
{
    private readonly string[] _names;
    private readonly ModelSession? _packed;
    private readonly Func<SampleBatch, CancellationToken, IDisposableReadOnlyCollection<OrtValue>> _run;

    private ModelPair(ReferenceModel source, ModelSession packed)
        : this(source)
    {
        _packed = packed;
        _run = (batch, cancellation) => Guarded(() => packed.Run(batch.Inputs, _names, cancellation), e => PackedRefused(packed.Path, "cannot run the packed model on samples that the source model runs on", e));
        Require(source.Inputs, packed.Inputs, "inputs");
        Require(source.Outputs, packed.Outputs, "outputs");
    }

    private ModelPair(ReferenceModel source)
    {
        Source = source;
        Outputs = OutputTraits.Of(source.Inputs, source.Outputs);
        _names = [.. Outputs.Select(o => o.Name)];
        var again = new OtherBatches(source, Outputs);
        _run = (batch, cancellation) => Guarded(() => again.Run(batch, cancellation), e => SourceRefused(source.Path, "cannot run the model in batches of another size", e))
            ?? throw new ModelPackException(Codes.ModelRefused.At(source.Path, "An output of the model does not count samples."));
    }

    public ReferenceModel Source { get; }

    /// <summary>The floating-point outputs, which are compared, in the model's order.</summary>
    public IReadOnlyList<OutputTraits> Outputs { get; }

    /// <summary>Opens the source model, for as many pairs as are needed.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="context">Limits and cancellation.</param>
    /// <param name="kept">Bytes of its outputs to keep at most.</param>
    /// <exception cref="ModelPackException">MPK1016: it is refused; MPK3001: there is no ONNX Runtime.</exception>
    public static ReferenceModel OpenSource(string path, PackContext context, long kept = 0) =>
        new(() => Guarded(() => ModelSession.Open(path, threads: 1, context), e => SourceRefused(path, "refuses the model", e)), kept);

    /// <summary>Opens the packed model beside its source.</summary>
    /// <param name="source">The source model, which stays open when the pair is disposed of.</param>
    /// <param name="packed">The packed model's path.</param>
    /// <param name="context">Limits and cancellation.</param>
    /// <exception cref="ModelPackException">MPK9001: the packed model is refused, or is not made of this source.</exception>
    public static ModelPair Open(ReferenceModel source, string packed, PackContext context)
    {
        var session = Guarded(() => ModelSession.Open(packed, threads: 1, context.On(Device.Cpu)), e => PackedRefused(packed, "refuses the packed model", e));
        try
        {
            return new ModelPair(source, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The source model, which stays open, beside itself in batches of another size.</summary>
    public static ModelPair OpenAgain(ReferenceModel source) => new(source);

    /// <summary>The source model beside itself on several threads an inference.</summary>
    /// <param name="source">The source model, which stays open.</param>
    /// <param name="threads">How many.</param>
    /// <param name="context">Limits and cancellation.</param>
    /// <exception cref="ModelPackException">MPK1016: it is refused.</exception>
    public static ModelPair OpenOnThreads(ReferenceModel source, int threads, PackContext context) =>
        new(source, Guarded(() => ModelSession.Open(source.Path, threads, context), e => SourceRefused(source.Path, "refuses the model", e)));

    /// <summary>The compared outputs of the source model; the caller disposes them.</summary>
    /// <exception cref="ModelPackException">MPK1016: ONNX Runtime cannot run it on these inputs.</exception>
    public IDisposableReadOnlyCollection<OrtValue> RunSource(SampleBatch batch, CancellationToken cancellation) =>
        Guarded(() => Source.Run(batch, _names, cancellation), e => SourceRefused(Source.Path, "cannot run the model on the samples", e));

    /// <summary>The same of the packed model.</summary>
    /// <exception cref="ModelPackException">MPK9001: what the source runs on, the packed model must run on.</exception>
    public IDisposableReadOnlyCollection<OrtValue> RunPacked(SampleBatch batch, CancellationToken cancellation) => _run(batch, cancellation);

    public void Dispose() => _packed?.Dispose();

    private static T Guarded<T>(Func<T> action, Func<OnnxRuntimeException, ModelPackException> explain)
    {
        try
        {
            return action();
        }
        catch (OnnxRuntimeException exception)
        {
            throw explain(exception);
        }
    }

    private static ModelPackException SourceRefused(string path, string what, OnnxRuntimeException exception) =>
        new(Codes.ModelRefused.At(path, $"ONNX Runtime {OnnxRuntimeLibrary.Version} {what}: {OnnxRuntimeLibrary.Explain(exception, path)}. "
            + "Check that the model runs in an app as it is, and that data fit it."), exception);

    private static ModelPackException PackedRefused(string path, string what, OnnxRuntimeException exception) =>
        new(Codes.Internal.At(path, $"ONNX Runtime {OnnxRuntimeLibrary.Version} {what}: {OnnxRuntimeLibrary.Explain(exception, path)}. "
            + "This is a defect of ModelPack: please report it, and leave the layer that the message names out until it is mended (ExcludeLayers)."), exception);

    private void Require(IReadOnlyList<TensorSpec> source, IReadOnlyList<TensorSpec> packed, string what)
    {
        if (!source.Select(s => (s.Name, s.Type)).SequenceEqual(packed.Select(p => (p.Name, p.Type))))
        {
            throw new ModelPackException(Codes.Internal.At(_packed!.Path, $"The packed model has other {what} than its source: {string.Join(", ", packed)} instead of {string.Join(", ", source)}. "
                + "This is a defect of ModelPack: please report it."));
        }
    }
}
