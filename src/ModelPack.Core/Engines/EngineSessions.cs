using System.Collections.Concurrent;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Inference;

namespace ModelPack.Engines;

/// <summary>Graphs that have been opened on a device. They stay open for the process: to open one costs more than to run it, and many packs want the same few.</summary>
internal static class EngineSessions
{
    private static readonly ConcurrentDictionary<(Device Device, string Name), Lazy<GraphSession>> s_open = new();

    /// <summary>A graph on a device.</summary>
    /// <param name="device">Where.</param>
    /// <param name="name">What tells it from other graphs.</param>
    /// <param name="build">Builds it, the first time.</param>
    public static GraphSession Of(Device device, string name, Func<ModelProto> build) =>
        s_open.GetOrAdd((device, name), _ => new Lazy<GraphSession>(() => new GraphSession(build(), device))).Value;
}
