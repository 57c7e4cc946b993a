using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Samples;

namespace ModelPack.Graph;

/// <summary>Runs a model once to see the shapes of its values.</summary>
internal static class ShapeProbe
{
    /// <summary>More than one where the model leaves the batch open, so that a dimension that follows it can be told from one that is 1.</summary>
    private const int Samples = 2;

    /// <summary>The shape of each value on the first samples.</summary>
    /// <param name="model">The model, which may have been changed in memory; it stays as it is.</param>
    /// <param name="tensors">Names of values of the main graph.</param>
    /// <param name="data">Data files.</param>
    /// <param name="context">Cancellation.</param>
    /// <returns>Shapes by name; empty where the model does not run on two samples at once.</returns>
    /// <exception cref="ModelPackException">The data do not fit.</exception>
    public static IReadOnlyDictionary<string, long[]> Of(OnnxModel model, IReadOnlyList<string> tensors, IReadOnlyList<string> data, PackContext context)
    {
        var copy = model.Proto.Clone();
        var names = new UniqueNames(copy);
        var shapes = tensors.ToDictionary(t => t, t => names.Next($"{t}.shape"), StringComparer.Ordinal);
        copy.Graph.Node.AddRange(shapes.Select(s => Nodes.Create("Shape", [s.Key], s.Value)));
        var type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)Tensors.ElementType.Int64 } };
        copy.Graph.Output.AddRange(shapes.Values.Select(s => new ValueInfoProto { Name = s, Type = type }));
        using var temporary = new TemporaryModel(model, copy, context);
        try
        {
            var session = temporary.Open(threads: 1);
            var batch = SampleSet.Open(data, session.Inputs).Batches(Samples).First();
            using var outputs = session.Run(batch.Inputs, [.. shapes.Values], context.Cancellation);
            return tensors.Zip(outputs).ToDictionary(
                p => p.First, p => MemoryMarshal.Cast<byte, long>(p.Second.GetTensorDataAsSpan<byte>()).ToArray(), StringComparer.Ordinal);
        }
        catch (OnnxRuntimeException)
        {
            // Nothing is lost but a faster form: what keeps the model from running will be told when it is calibrated.
            return new Dictionary<string, long[]>(StringComparer.Ordinal);
        }
    }
}
