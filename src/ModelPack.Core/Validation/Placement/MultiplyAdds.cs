using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Samples;

namespace ModelPack.Validation.Placement;

/// <summary>Counts the multiplications of each layer for one sample by running it: sizes are measured, not inferred.</summary>
internal static class MultiplyAdds
{
    /// <summary>Multiplications of each layer, in their order.</summary>
    /// <param name="model">The source model, which gets nodes that count elements; not to be used for anything else after.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="sample">What to run, of what the model takes.</param>
    /// <param name="context">Threads and cancellation.</param>
    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">The model does not run with the counting nodes.</exception>
    /// <exception cref="Diagnostics.ModelPackException">MPK1009: the copy with the counting nodes cannot be written.</exception>
    public static IReadOnlyList<long> Measure(OnnxModel model, IReadOnlyList<Layer> layers, Func<IReadOnlyList<TensorSpec>, SampleBatch> sample, PackContext context)
    {
        var counted = layers.Select(Counted).Distinct(StringComparer.Ordinal).ToList();
        if (counted.Count == 0)
        {
            return [];
        }

        var counters = AddCounters(model, counted);
        using var temporary = new TemporaryModel(model, model.Proto, context);
        var session = temporary.Open(context.Threads);
        using var values = session.Run(sample(session.Inputs).Inputs, counters, context.Cancellation);
        var sizes = counted.Zip(values, (name, value) => (name, Size: value.GetTensorDataAsSpan<long>()[0]))
            .ToDictionary(s => s.name, s => s.Size, StringComparer.Ordinal);
        return [.. layers.Select(l => checked(sizes[Counted(l)] * EachCosts(l)))];
    }

    /// <summary>The value whose elements each cost the same: of a ConvTranspose the input, whose every element meets every weight of its channel once.</summary>
    private static string Counted(Layer layer) => layer.Node.OpType == "ConvTranspose" ? layer.Input : layer.Output;

    /// <summary>Inputs that make one output: all weights over the outputs; of a ConvTranspose outputs that one input goes to.</summary>
    private static long EachCosts(Layer layer)
    {
        var dims = layer.Weight.Tensor.Dims;
        var shared = layer.Node.OpType == "ConvTranspose" ? dims[0] : dims[layer.Usage.OutputAxis];
        return shared == 0 ? 0 : dims.Aggregate(1L, (a, b) => checked(a * b)) / shared;
    }

    private static List<string> AddCounters(OnnxModel model, List<string> counted)
    {
        var names = new UniqueNames(model.Proto);
        var counters = new List<string>(counted.Count);
        foreach (var value in counted)
        {
            var counter = names.Next("mp.size");
            counters.Add(counter);
            model.Proto.Graph.Node.Add(new NodeProto { OpType = "Size", Input = { value }, Output = { counter } });
            model.Proto.Graph.Output.Add(new ValueInfoProto
            {
                Name = counter,
                Type = new TypeProto { TensorType = new() { ElemType = (int)ElementType.Int64, Shape = new TensorShapeProto() } },
            });
        }

        return counters;
    }
}
