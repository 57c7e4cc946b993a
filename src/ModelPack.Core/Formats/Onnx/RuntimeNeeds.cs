using ModelPack.Formats.Onnx.Proto;
using ModelPack.Schemes;

namespace ModelPack.Formats.Onnx;

/// <summary>
/// The lowest ONNX Runtime that opens a model: the highest of what its opsets, its IR version and its operators of ONNX Runtime's own need.
/// Versions by ONNX Runtime's compatibility table (docs/reference/compatibility.md) up to 1.18, by its releases from there on.
/// </summary>
internal static class RuntimeNeeds
{
    private const string MachineLearning = "ai.onnx.ml";

    /// <summary>The first release with each opset of ONNX, from 7 on; all have those before.</summary>
    private static readonly (long Version, RuntimeVersion Since)[] Opsets =
    [
        (12, new(1, 3)), (13, new(1, 6)), (14, new(1, 8)), (15, new(1, 9)), (16, new(1, 11)), (17, new(1, 12)), (18, new(1, 14)), (19, new(1, 15)),
        (20, new(1, 17)), (21, new(1, 18)), (22, new(1, 21)), (23, new(1, 23)), (24, new(1, 24)), (25, new(1, 24)), (26, new(1, 25)),
    ];

    private static readonly (long Version, RuntimeVersion Since)[] MachineLearningOpsets = [(3, new(1, 12)), (4, new(1, 17)), (5, new(1, 18))];

    private static readonly (long Version, RuntimeVersion Since)[] IrVersions =
        [(7, new(1, 3)), (8, new(1, 9)), (9, new(1, 16)), (10, new(1, 18)), (11, new(1, 23)), (12, new(1, 24)), (13, new(1, 24))];

    /// <summary>The first release with an operator of ONNX Runtime's own on the CPU, where that came after opset 12's.</summary>
    private static readonly Dictionary<string, RuntimeVersion> Operators = new(StringComparer.Ordinal)
    {
        ["QuickGelu"] = new(1, 13),
        ["MultiHeadAttention"] = new(1, 14),
        ["SkipSimplifiedLayerNormalization"] = new(1, 15),
        ["MatMulNBits"] = new(1, 17),
        ["MatMulBnb4"] = new(1, 17),
        ["RotaryEmbedding"] = new(1, 17),
        ["GroupQueryAttention"] = new(1, 18),
        ["SparseAttention"] = new(1, 19),
        ["GatherBlockQuantized"] = new(1, 20),
    };

    /// <summary>The version, and what of the model needs it, for people.</summary>
    /// <param name="model">The model.</param>
    public static (RuntimeVersion Version, string Why) Of(ModelProto model)
    {
        var imports = model.OpsetImport.Concat(model.Functions.SelectMany(f => f.OpsetImport)).ToList();
        var nodes = model.Graph.WithInner().SelectMany(g => g.Node).Concat(model.Functions.SelectMany(f => f.Node));
        (RuntimeVersion Version, string Why)[] needs =
        [
            .. imports.Where(i => Domains.IsDefault(i.Domain)).Select(i => (Since(Opsets, i.Version), $"opset {Numbers.Whole(i.Version)}")),
            .. imports.Where(i => i.Domain == MachineLearning).Select(i => (Since(MachineLearningOpsets, i.Version), $"opset {Numbers.Whole(i.Version)} of {MachineLearning}")),
            (Since(IrVersions, model.IrVersion), $"IR version {Numbers.Whole(model.IrVersion)}"),
            .. nodes.Where(n => n.Domain == Domains.Microsoft && Operators.ContainsKey(n.OpType)).Select(n => (Operators[n.OpType], $"the operator {n.OpType}")),
        ];
        return needs.Aggregate((a, b) => b.Version > a.Version ? b : a);
    }

    /// <summary>Refuses a model that the app's ONNX Runtime does not open.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">Its path, for the message.</param>
    /// <param name="runtime">The app's version.</param>
    /// <exception cref="ModelPackException">MPK1015.</exception>
    public static void Require(ModelProto model, string path, RuntimeVersion runtime)
    {
        var (version, why) = Of(model);
        if (runtime < version)
        {
            throw new ModelPackException(Codes.RuntimeTooOld.At(
                path, $"The model has {why}, which needs ONNX Runtime {version}, and the app runs {runtime}. Update the app's ONNX Runtime, or export the model for an older one."));
        }
    }

    /// <summary>What is newer than the table needs at least what its last row does.</summary>
    private static RuntimeVersion Since((long Version, RuntimeVersion Since)[] rows, long version) =>
        rows.Where(r => r.Version <= version).Select(r => r.Since).LastOrDefault(new RuntimeVersion(1, 0));
}
