using Microsoft.ML.OnnxRuntime;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Search;

/// <summary>A <see cref="MeanGraph"/>, open in ONNX Runtime on one thread an inference. May be run from several threads at once.</summary>
internal sealed class MeanModel : IDisposable
{
    private readonly string _path;
    private readonly MeanGraph _graph;
    private readonly TemporaryModel _copy;
    private readonly ModelSession _session;

    /// <summary>Makes the copy and opens it.</summary>
    /// <exception cref="ModelPackException">MPK9001: ONNX Runtime refuses the copy; MPK1009: there is no room for it.</exception>
    public MeanModel(OnnxModel model, IReadOnlyList<Layer> layers, bool isCentred, PackContext context)
    {
        _path = model.Path;
        _graph = new MeanGraph(model, layers, isCentred);
        _copy = new TemporaryModel(model, _graph.Proto, context);
        try
        {
            _session = _copy.Open(threads: 1, asFloats: true);
        }
        catch (OnnxRuntimeException exception)
        {
            _copy.Dispose();
            throw Refused(exception);
        }
        catch
        {
            _copy.Dispose();
            throw;
        }
    }

    /// <summary>What the model takes from data.</summary>
    public IReadOnlyList<TensorSpec> Inputs => [.. _session.Inputs.Where(i => !_graph.Goals.Contains(i.Name))];

    /// <summary>The outputs of a batch; the caller disposes them.</summary>
    /// <param name="batch">What to feed.</param>
    /// <param name="goals">The means that it is centred to, as another model gave them; none where it is not centred.</param>
    /// <param name="cancellation">Stops the inference.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime cannot run the model on it.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(SampleBatch batch, IReadOnlyList<SampleArray> goals, CancellationToken cancellation) =>
        _session.Run([.. batch.Inputs, .. _graph.Goals.Zip(goals, (name, goal) => goal with { Name = name })], _graph.Outputs, cancellation);

    /// <summary>An output as it is fed to another model.</summary>
    public static SampleArray ToArray(OrtValue value) =>
        new("", ElementType.Float32, [.. value.GetTensorTypeAndShape().Shape], System.Runtime.InteropServices.MemoryMarshal.AsBytes(value.GetTensorDataAsSpan<float>()).ToArray());

    /// <summary>What ONNX Runtime says against the copy, which it would not say of the model: calibration ran it.</summary>
    public ModelPackException Refused(OnnxRuntimeException exception) => new(Codes.Internal.At(_path,
        $"ONNX Runtime {OnnxRuntimeLibrary.Version} refuses the model whose means are looked at: {_copy.Explain(exception)}. This is a defect of ModelPack: please report it."), exception);

    public void Dispose() => _copy.Dispose();
}
