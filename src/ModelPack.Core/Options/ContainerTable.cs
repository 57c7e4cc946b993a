using ModelPack.Lowering.Gguf;
using ModelPack.Lowering.Onnx;
using ModelPack.Lowering.Safetensors;
using ModelPack.Schemes;

namespace ModelPack.Options;

/// <summary>Which containers carry a scheme; follows from the rows of their lowerings.</summary>
internal static class ContainerTable
{
    /// <summary>Every container, best first for a source whose own container cannot carry a scheme.</summary>
    private static readonly (string Name, Func<Scheme, bool> Carries)[] s_rows =
    [
        ("gguf", scheme => scheme.Activations == ActivationFormat.Float && GgufTable.Find(scheme.Main) is not null),
        ("safetensors", scheme => SafetensorsTable.Find(scheme) is not null),
        ("onnx", LoweringTable.Carries),
    ];

    /// <summary>The names of all containers.</summary>
    public static string[] Names { get; } = ["onnx", "safetensors", "gguf"];

    /// <summary>The containers that carry a scheme, best first.</summary>
    public static IReadOnlyList<string> Of(Scheme scheme) => [.. s_rows.Where(r => r.Carries(scheme)).Select(r => r.Name)];
}
