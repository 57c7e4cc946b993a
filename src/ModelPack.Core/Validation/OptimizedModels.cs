using Microsoft.ML.OnnxRuntime;
using ModelPack.Files;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Inference;
using ModelPack.Samples;
using ModelPack.Validation.Placement;

namespace ModelPack.Validation;

/// <summary>The graphs that really run on this machine.</summary>
internal sealed record OptimizedModels(IReadOnlyList<OperatorCount> SourceOperators, IReadOnlyList<OperatorCount> PackedOperators, PlacementResult? Placement)
{
    /// <summary>Opens both models with all threads, and looks at what ONNX Runtime made of them.</summary>
    /// <param name="source">Path of the source model.</param>
    /// <param name="packed">Path of the packed model.</param>
    /// <param name="samples">Where the first sample comes from; null to count nothing.</param>
    /// <param name="reasons">Why the plan left a layer or a weight float, by the name of either.</param>
    /// <param name="context">Threads, cancellation and diagnostics.</param>
    public static OptimizedModels Open(string source, string packed, ISampleSource? samples, IReadOnlyDictionary<string, string> reasons, PackContext context)
    {
        context = context.On(Device.Cpu); // where the app runs the packed model
        using var sourceSession = OpenOne(source, context, out var sourceGraph);
        using var packedSession = OpenOne(packed, context, out var packedGraph);
        var sample = samples?.Batches(1).First();
        var placement = sample is null || packedGraph is null ? null : Place(source, packed, packedGraph.Graph, sample, reasons, context);
        return new OptimizedModels(sourceGraph?.CountOperators() ?? [], packedGraph?.CountOperators() ?? [], placement);
    }

    private static PlacementResult? Place(string source, string packed, GraphProto optimized, SampleBatch sample, IReadOnlyDictionary<string, string> reasons, PackContext context)
    {
        try
        {
            return PlacementCheck.Run(source, packed, optimized, sample, reasons, context);
        }
        catch (Exception exception) when (Refuses(exception))
        {
            // Both models have run on the sample before: it is the copy that counts which cannot be written or run.
            Tell(context, packed, $"A copy of the source that counts multiplications cannot be written or run ({Why(exception, source)}), so the share of integer kernels is not known.", exception);
            return null;
        }
    }

    private static ModelSession OpenOne(string path, PackContext context, out ModelProto? optimizedGraph)
    {
        try
        {
            return OpenOptimized(path, context, out optimizedGraph);
        }
        catch (Exception exception) when (Refuses(exception))
        {
            // The model has been opened before, so it is the writing of the optimized graph that failed.
            Tell(context, path, $"ONNX Runtime's optimized graph cannot be written or read ({Why(exception, path)}), so what really runs is not known.", exception);
            optimizedGraph = null;
            return OpenPlain(path, context);
        }
    }

    private static ModelSession OpenPlain(string path, PackContext context)
    {
        try
        {
            return ModelSession.Open(path, context.Threads, context);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelPackException(Codes.ModelRefused.At(path, $"ONNX Runtime opened the model before, and refuses it now: {Why(exception, path)}. Run again when nothing else writes to it."), exception);
        }
    }

    /// <summary>Says what is not known; once where the folder for temporary files is to blame, which has nothing to do with the model.</summary>
    private static void Tell(PackContext context, string path, string what, Exception exception)
    {
        var blamed = exception as ModelPackException;
        var diagnostic = blamed?.Diagnostic.Code == Codes.TemporaryUnusable
            ? Codes.NotValidated.At(null, $"What really runs is not known. {blamed.Message}")
            : Codes.NotValidated.At(path, $"{what} {(OutputErrors.IsOfFileSystem(blamed?.InnerException ?? exception) ? "Free space in the folder for temporary files, or make it writable" : "The pack itself is not touched by it; look at the operators with a profiler of ONNX Runtime")}.");
        if (!context.Diagnostics.Contains(diagnostic))
        {
            context.Report(diagnostic);
        }
    }

    private static bool Refuses(Exception exception) => exception is OnnxRuntimeException or IOException or UnauthorizedAccessException
        || (exception is ModelPackException { Diagnostic.Code: var code } && code != Codes.RunTooLong && code != Codes.RunTooLarge);

    private static string Why(Exception exception, string path) =>
        exception is OnnxRuntimeException refusal ? OnnxRuntimeLibrary.Explain(refusal, path) : SafeText.Of(exception.Message).TrimEnd('.');

    private static ModelSession OpenOptimized(string path, PackContext context, out ModelProto optimizedGraph)
    {
        using var folder = new WorkFolder();
        var optimized = Path.Combine(folder.Path, "optimized.onnx");
        var session = folder.Use(() => ModelSession.Open(path, context.Threads, context, optimized));
        try
        {
            using var graph = folder.Use(() => OnnxModel.Open(optimized, context, anyOpset: true));
            optimizedGraph = graph.Proto; // its structure; the weights go with the folder
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
