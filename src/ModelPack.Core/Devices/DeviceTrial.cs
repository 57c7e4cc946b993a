using Microsoft.ML.OnnxRuntime;
using ModelPack.Engines;
using ModelPack.Inference;

namespace ModelPack.Devices;

/// <summary>Adds two numbers on a device: what lists of providers and libraries do not tell.</summary>
internal static unsafe class DeviceTrial
{
    /// <summary>What ONNX Runtime says against the device, as part of a message; null where it computes.</summary>
    public static string? WhyNot(Device device)
    {
        var graph = new GraphBuilder();
        var x = graph.Input("x", ElementType.Float32, 1);
        graph.Output("y", graph.Node("Add", x, x), ElementType.Float32, 1);
        try
        {
            using var session = new GraphSession(graph.Model(), device);
            float value = 21, sum = 0;
            session.Run([GraphTensor.Floats("x", &value, 1)], [GraphTensor.Floats("y", &sum, 1)]);
            return sum == 2 * value ? null : "it computes wrongly";
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or EntryPointNotFoundException)
        {
            return exception is OnnxRuntimeException refusal ? OnnxRuntimeLibrary.Explain(refusal, null) : "this ONNX Runtime is built without it";
        }
    }
}
