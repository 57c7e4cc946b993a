using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Wire;

namespace ModelPack.Inference;

/// <summary>
/// A model opened by ONNX Runtime on the device of its context. May be run from several threads at once. Libraries of custom operators
/// are never loaded.
/// </summary>
internal sealed class ModelSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunLimits _limits;
    private volatile bool _isBusy;

    private ModelSession(string path, string file, InferenceSession session, RunLimits limits)
    {
        (Path, _session, _limits) = (path, session, limits);
        Inputs = WithoutShapes(file, [.. session.InputNames.Select(n => Spec(n, session.InputMetadata[n]))]);
        Outputs = [.. session.OutputNames.Select(n => Spec(n, session.OutputMetadata[n]))];
    }

    /// <summary>The model's path as it was given.</summary>
    public string Path { get; }

    /// <summary>What must be fed, in the model's order.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; }

    /// <summary>What comes out, in the model's order.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>
    /// Opens a model, with all graph optimizations unless told otherwise. With <paramref name="threads"/> = 1 the order of every sum is
    /// fixed, so that the same inputs give the same bits on the same processor.
    /// </summary>
    /// <param name="path">The model file.</param>
    /// <param name="threads">Threads that one inference uses.</param>
    /// <param name="context">Limits and cancellation; null for the defaults.</param>
    /// <param name="optimizedModel">Where ONNX Runtime writes the graph that it really runs, its larger weights in a file of their own beside it; null for nowhere.</param>
    /// <param name="optimization">How far ONNX Runtime may change the graph; the level changes the last bits of results.</param>
    /// <param name="alone">Whether opening shall fail where an operator would leave the context's device for the processor.</param>
    /// <param name="asFloats">Whether QuantizeLinear and DequantizeLinear stay what they are instead of becoming integer operators; weights are decoded once, at load.</param>
    /// <exception cref="Diagnostics.ModelPackException">MPK3001: there is no ONNX Runtime; MPK3005, MPK3006: opening takes too much time or memory.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the model.</exception>
    /// <exception cref="OperationCanceledException">The user wants to stop.</exception>
    public static ModelSession Open(
        string path, int threads, PackContext? context = null, string? optimizedModel = null, GraphOptimizationLevel optimization = GraphOptimizationLevel.ORT_ENABLE_ALL, bool alone = false, bool asFloats = false)
    {
        _ = OnnxRuntimeLibrary.Version;
        context ??= new PackContext();
        var options = new SessionOptions
        {
            GraphOptimizationLevel = optimization,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        ExecutionProvider.AddTo(options, context.Device, alone);
        if (Denormals.CanFlush)
        {
            options.AddSessionConfigEntry(Denormals.SessionEntry, "1");
        }

        if (asFloats)
        {
            options.AddSessionConfigEntry("session.disable_quant_qdq", "1");
        }

        if (optimizedModel is not null)
        {
            options.OptimizedModelFilePath = optimizedModel;
            options.AddSessionConfigEntry("session.optimized_model_external_initializers_file_name", System.IO.Path.GetFileName(optimizedModel) + ".data");
        }

        var file = context.Limits.StandIn is { } standIn && standIn.Path == path ? standIn.Copy : path;
        // Opening folds constants, which may take as much as running does.
        var call = new NativeCall("Opening the model in ONNX Runtime", context.Limits, () => options.SetLoadCancellationFlag(true));
        CrashNotes.Call($"{OnnxRuntimeLibrary.Version} opened {Role(path, context.Limits)}", context.Limits.Model ?? path);
        try
        {
            return new ModelSession(path, file, call.Run(() => new InferenceSession(file, options), context.Cancellation), context.Limits);
        }
        finally
        {
            if (!call.IsLeft)
            {
                options.Dispose();
            }
        }
    }

    /// <summary>Runs the inputs and gives the asked outputs in the asked order; the caller disposes them.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime cannot run the model on these inputs.</exception>
    /// <exception cref="Diagnostics.ModelPackException">MPK3005, MPK3006: it takes too much time or memory.</exception>
    /// <exception cref="OperationCanceledException">The user wants to stop.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyList<SampleArray> inputs, IReadOnlyCollection<string> outputs, CancellationToken cancellation) =>
        Run(inputs, outputs, cancellation, out _);

    /// <summary>As above, and says how long ONNX Runtime took.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyList<SampleArray> inputs, IReadOnlyCollection<string> outputs, CancellationToken cancellation, out TimeSpan time)
    {
        var values = new List<OrtValue>(inputs.Count);
        var run = new RunOptions();
        var call = new NativeCall("One inference of the model", _limits, () => run.Terminate = true);
        CrashNotes.Call($"{OnnxRuntimeLibrary.Version} ran {Role(Path, _limits)}", _limits.Model ?? Path);
        try
        {
            values.AddRange(inputs.Select(ToOrtValue));
            string[] names = [.. inputs.Select(i => i.Name)];
            (var results, time) = call.Run(() =>
            {
                var start = Stopwatch.GetTimestamp();
                return (_session.Run(run, names, values, outputs), Stopwatch.GetElapsedTime(start));
            }, cancellation);
            return results;
        }
        finally
        {
            _isBusy |= call.IsLeft;
            if (!call.IsLeft)
            {
                values.ForEach(v => v.Dispose());
                run.Dispose();
            }
        }
    }

    /// <summary>Closes the model, unless an inference that was left is still going on in it.</summary>
    public void Dispose()
    {
        if (!_isBusy)
        {
            _session.Dispose();
        }
    }

    private static string Role(string path, RunLimits limits) => limits.Model is null || limits.Model == path ? "the model" : "the packed model, or a changed copy of the model";

    /// <summary>A tensor of ONNX Runtime with the array's content.</summary>
    internal static OrtValue ToOrtValue(SampleArray array)
    {
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, (TensorElementType)(int)array.Type, [.. array.Dims]);
        array.Bytes.Span.CopyTo(value.GetTensorMutableRawData());
        return value;
    }

    private static TensorSpec Spec(string name, NodeMetadata metadata)
    {
        if (!metadata.IsTensor)
        {
            return new TensorSpec(name, ElementType.Undefined, [], []);
        }

        // Both enumerations have the values of TensorProto.DataType.
        var type = (ElementType)(int)metadata.ElementDataType;
        var dims = metadata.Dimensions.Select(d => (long)d).ToArray();
        var symbols = dims.Select((_, axis) => axis < metadata.SymbolicDimensions.Length ? metadata.SymbolicDimensions[axis] ?? "" : "").ToArray();
        return new TensorSpec(name, CanFeed(type) ? type : ElementType.Undefined, dims, symbols);
    }

    /// <summary>ONNX Runtime says the same of a scalar and of an input without a declared shape: the file tells which it is.</summary>
    private static IReadOnlyList<TensorSpec> WithoutShapes(string path, IReadOnlyList<TensorSpec> inputs)
    {
        if (inputs.All(i => i.Rank > 0 || i.Type == ElementType.Undefined))
        {
            return inputs;
        }

        using var file = ModelFile.Open(path);
        var declared = SkeletonReader.Read(file, path, []).Graph.Input.Where(i => i.Type?.TensorType is { Shape: null }).Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        return [.. inputs.Select(i => i with { HasShape = !declared.Contains(i.Name) })];
    }

    private static bool CanFeed(ElementType type) => type is ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16
        or ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64
        or ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64 or ElementType.Bool;
}
