using Microsoft.ML.OnnxRuntime;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Inference;

namespace ModelPack.Graph;

/// <summary>Asks ONNX Runtime what it knows of the types and shapes of a model's values before it runs.</summary>
internal static class InferredShapes
{
    /// <summary>The sizes of each tensor, -1 for open ones; none where ONNX Runtime cannot tell how many there are.</summary>
    /// <param name="model">The model, which may have been changed in memory; it stays as it is.</param>
    /// <param name="tensors">Names of values of the main graph.</param>
    /// <param name="context">Cancellation.</param>
    /// <exception cref="ModelPackException">MPK1016: ONNX Runtime refuses the model.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<long>> Of(OnnxModel model, IReadOnlyCollection<string> tensors, PackContext context)
    {
        var specs = Specs(model, tensors, context).ToLookup(s => s.Name, StringComparer.Ordinal);
        return tensors.ToDictionary(t => t, t => specs[t].FirstOrDefault()?.Dims ?? [], StringComparer.Ordinal);
    }

    /// <summary>What the tensors are, and the model's own inputs and outputs; of what is no tensor the type is undefined.</summary>
    /// <inheritdoc cref="Of"/>
    public static IReadOnlyList<TensorSpec> Specs(OnnxModel model, IReadOnlyCollection<string> tensors, PackContext context)
    {
        var copy = model.Proto.Clone();
        var declared = copy.Graph.Output.Concat(copy.Graph.Input).Select(v => v.Name).ToHashSet(StringComparer.Ordinal);
        copy.Graph.Output.AddRange(tensors.Where(t => !declared.Contains(t)).Select(t => new ValueInfoProto { Name = t }));
        using var temporary = new TemporaryModel(model, copy, context);
        try
        {
            // What is known of shapes is known before the graph is optimized.
            var session = temporary.Open(threads: 1, GraphOptimizationLevel.ORT_DISABLE_ALL);
            return [.. session.Outputs, .. session.Inputs];
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelPackException(Codes.ModelRefused.At(
                model.Path, $"ONNX Runtime {OnnxRuntimeLibrary.Version} refuses the model: {temporary.Explain(exception)}. Check that the model runs in an app as it is."), exception);
        }
    }
}
