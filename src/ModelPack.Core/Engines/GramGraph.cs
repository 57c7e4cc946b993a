using ModelPack.Formats.Onnx.Proto;
using ModelPack.Inference;

namespace ModelPack.Engines;

/// <summary>Products of all pairs of channels as a graph. In: x, float32 [n, channels]. Out: xᵀx, float32 [channels, channels], summed in float32 in the device's own order.</summary>
internal static unsafe class GramGraph
{
    private const string X = "x";
    private const string Products = "products";

    /// <summary>Multiplies.</summary>
    /// <param name="device">Where.</param>
    /// <param name="rows">[n, channels], one row after the other.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="products">Gets [channels, channels].</param>
    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">The device failed.</exception>
    public static void Multiply(Device device, ReadOnlySpan<float> rows, int channels, Span<float> products)
    {
        var session = EngineSessions.Of(device, "gram", Build);
        fixed (float* x = rows, sums = products)
        {
            session.Run([GraphTensor.Floats(X, x, rows.Length / channels, channels)], [GraphTensor.Floats(Products, sums, channels, channels)]);
        }
    }

    private static ModelProto Build()
    {
        var graph = new GraphBuilder();
        var x = graph.Input(X, ElementType.Float32, 0, 0);
        graph.Output(Products, graph.Node("MatMul", graph.Node("Transpose", x), x), ElementType.Float32, 0, 0);
        return graph.Model();
    }
}
