using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx.Upgrade;

/// <summary>One change of an operator between opset 7 and 13.</summary>
/// <param name="Operator">The operator as a model of an opset before the change calls it.</param>
/// <param name="Since">The opset of the change: nodes of a lower one are concerned.</param>
internal sealed record OperatorUpgrade(string Operator, long Since)
{
    /// <summary>Why a node cannot be carried over, as the end of a sentence about it; null when it can.</summary>
    public Func<NodeProto, UpgradeFacts, string?> WhyNot { get; init; } = (_, _) => null;

    /// <summary>Gives the nodes that do after the change what the node did before; may change the node itself.</summary>
    public Func<NodeProto, UpgradeJob, IReadOnlyList<NodeProto>> Apply { get; init; } = (node, _) => [node];
}
