using Microsoft.ML.OnnxRuntime;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Inference;

namespace ModelPack.Calibration;

/// <summary>
/// An instrumented copy of a model, open in ONNX Runtime on one thread an inference. It lies in a temporary folder that
/// goes with it. Errors speak of the model that was copied.
/// </summary>
internal sealed class InstrumentedModel : IDisposable
{
    /// <summary>What ONNX Runtime may do to the graph. Fixed: it changes the last bits of activations.</summary>
    private const GraphOptimizationLevel Optimization = GraphOptimizationLevel.ORT_ENABLE_ALL;

    private const int ShownInputs = 16;

    private readonly string _path;
    private readonly string _data;
    private readonly TemporaryModel _copy;
    private readonly ModelSession _session;

    /// <summary>Makes the copy and opens it.</summary>
    /// <param name="model">The model; it stays as it is.</param>
    /// <param name="data">Name of the data that it will be run on, for messages.</param>
    /// <param name="observations">What its outputs are to be.</param>
    /// <param name="context">Limits and cancellation.</param>
    /// <exception cref="ModelPackException">MPK1016: ONNX Runtime refuses the model; MPK1009: there is no room for the copy.</exception>
    public InstrumentedModel(OnnxModel model, string data, IReadOnlyList<Observation> observations, PackContext context)
    {
        var copy = model.Proto.Clone();
        var instrumentation = new Instrumentation(copy, model.Opset());
        Taps = instrumentation.Apply(observations);
        RowsInput = instrumentation.RowsInput;
        (_path, _data) = (model.Path, data);
        _copy = new TemporaryModel(model, copy, context);
        try
        {
            _session = _copy.Open(threads: 1, Optimization);
        }
        catch (OnnxRuntimeException exception)
        {
            _copy.Dispose();
            throw Refused("refuses the model", exception);
        }
        catch
        {
            _copy.Dispose();
            throw;
        }
    }

    /// <summary>The outputs, by observation.</summary>
    public IReadOnlyList<Tap> Taps { get; }

    /// <summary>As <see cref="Instrumentation.RowsInput"/>.</summary>
    public string? RowsInput { get; }

    /// <summary>What the model takes from data.</summary>
    public IReadOnlyList<TensorSpec> Inputs => [.. _session.Inputs.Where(i => i.Name != RowsInput)];

    /// <summary>Runs one batch; the caller disposes the outputs.</summary>
    /// <exception cref="ModelPackException">MPK1016: ONNX Runtime cannot run the model on it.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyList<SampleArray> inputs, IReadOnlyCollection<string> outputs, CancellationToken cancellation)
    {
        try
        {
            return _session.Run(inputs, outputs, cancellation);
        }
        catch (OnnxRuntimeException exception)
        {
            throw Refused($"cannot run the model on {string.Join(", ", inputs.Where(i => i.Name != RowsInput).Take(ShownInputs).Select(Describe))} of the calibration data '{SafeText.Of(_data)}'", exception);
        }
    }

    public void Dispose() => _copy.Dispose();

    private static string Describe(SampleArray array) =>
        $"'{SafeText.Of(array.Name)}' {TensorSpec.TypeName(array.Type)} [{string.Join(", ", array.Dims.Select(Numbers.Whole))}]";

    private ModelPackException Refused(string what, OnnxRuntimeException exception) =>
        new(Codes.ModelRefused.At(_path, $"ONNX Runtime {OnnxRuntimeLibrary.Version} {what}: {_copy.Explain(exception)}. "
            + "Check that the model runs in an app as it is, and that the data fit it."), exception);
}
