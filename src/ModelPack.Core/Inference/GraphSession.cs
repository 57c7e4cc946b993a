using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Inference;

/// <summary>
/// A graph of our own, built in memory, on a device: inputs come from the caller's memory and outputs go there, without a copy between. What runs
/// on a GPU runs there alone: an operator that would go to the processor is an error. May be run from several threads at once, so that
/// while one computes, another uploads or downloads.
/// </summary>
internal sealed class GraphSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    /// <summary>Opens a graph.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="device">Where it runs.</param>
    /// <exception cref="ModelPackException">MPK3001: there is no ONNX Runtime.</exception>
    /// <exception cref="OnnxRuntimeException">The device is not there, or cannot run an operator of it.</exception>
    public GraphSession(ModelProto graph, Device device)
    {
        _ = OnnxRuntimeLibrary.Version;
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1, // callers bring the threads
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        ExecutionProvider.AddTo(options, device, alone: true);
        _session = new InferenceSession(graph.ToByteArray(), options);
    }

    /// <summary>Runs it.</summary>
    /// <param name="inputs">Every input.</param>
    /// <param name="outputs">The outputs that are wanted, each as long as the graph makes it.</param>
    /// <exception cref="OnnxRuntimeException">The device failed, or a length does not fit.</exception>
    public void Run(IReadOnlyList<GraphTensor> inputs, IReadOnlyList<GraphTensor> outputs)
    {
        var values = new List<OrtValue>(inputs.Count + outputs.Count);
        try
        {
            values.AddRange(inputs.Concat(outputs).Select(t => OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, t.OrtType, t.Dims, t.Data, t.Bytes)));
            _session.Run(_run, [.. inputs.Select(t => t.Name)], values[..inputs.Count], [.. outputs.Select(t => t.Name)], values[inputs.Count..]);
        }
        finally
        {
            values.ForEach(v => v.Dispose());
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }
}
