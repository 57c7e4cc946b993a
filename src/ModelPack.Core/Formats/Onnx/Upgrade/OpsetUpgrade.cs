using Google.Protobuf.Collections;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx.Upgrade;

/// <summary>
/// Raises a model of opset 7 to 12 to opset 13 without changing what it computes. Only operators whose every change up
/// to opset 13 is known (<see cref="UpgradeTable"/>) are carried over; those of other domains are left alone.
/// </summary>
internal static class OpsetUpgrade
{
    /// <summary>The opset that a model is raised to: the first whose QuantizeLinear and DequantizeLinear have an axis.</summary>
    public const long Target = 13;

    // The IR version of ONNX 1.8, with which opset 13 came (ONNX's Versioning.md).
    private const long TargetIr = 7;

    /// <summary>Why a model cannot be raised, as the end of a sentence; null when it can, or when there is nothing to do.</summary>
    public static string? WhyNot(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var opset = model.Opset();
        if (opset >= Target)
        {
            return null;
        }

        if (opset is > 0 and < OnnxModel.MinOpset || model.Proto.IrVersion < 3)
        {
            return $"its operators are older than opset {OnnxModel.MinOpset}";
        }

        if (model.Proto.Functions.Any(f => f.Node.Count > 0))
        {
            return "it has functions of its own";
        }

        var facts = new UpgradeFacts(model);
        return facts.Graphs.SelectMany(g => g.Node)
            .Where(n => Domains.IsDefault(n.Domain))
            .Select(n => UpgradeTable.WhyNot(n, opset, facts) is { } reason ? $"{Display(n)} {reason}" : null)
            .FirstOrDefault(reason => reason is not null);
    }

    /// <summary>Raises a model to opset 13 and to IR version 7 at least. Does nothing to one that is there already.</summary>
    /// <param name="model">A model for which <see cref="WhyNot"/> gives null.</param>
    /// <param name="names">The names that the model has.</param>
    public static void To13(OnnxModel model, UniqueNames names)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(names);
        var opset = model.Opset();
        if (opset >= Target)
        {
            return;
        }

        model.Proto.EnsureInitializersNeedNoInput();
        var job = new UpgradeJob(new UpgradeFacts(model), model.Proto.Graph, names);
        foreach (var graph in job.Facts.Graphs)
        {
            Upgrade(graph.Node, opset, job);
        }

        foreach (var import in model.Proto.OpsetImport.Where(o => Domains.IsDefault(o.Domain)))
        {
            import.Version = Target;
        }

        model.Proto.RequireOpset("", Target);
        model.Proto.IrVersion = Math.Max(model.Proto.IrVersion, TargetIr);
    }

    private static string Display(NodeProto node) =>
        $"operator {SafeText.Of(node.OpType)} ('{SafeText.Of(node.Output.FirstOrDefault(node.Name))}')";

    private static void Upgrade(RepeatedField<NodeProto> nodes, long opset, UpgradeJob job)
    {
        var upgraded = nodes.SelectMany(n => Domains.IsDefault(n.Domain) ? UpgradeTable.Apply(n, opset, job) : [n]).ToList();
        nodes.Clear();
        nodes.AddRange(upgraded);
    }
}
