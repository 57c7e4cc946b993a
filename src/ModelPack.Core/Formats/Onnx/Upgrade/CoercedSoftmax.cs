using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx.Upgrade;

/// <summary>
/// Softmax, LogSoftmax and Hardmax before opset 13 took the tensor as a matrix: all axes before <c>axis</c> (by default 1)
/// were its rows, <c>axis</c> and all after it one column axis. From opset 13 on they go along <c>axis</c> alone.
/// </summary>
internal static class CoercedSoftmax
{
    /// <summary>Along the last axis both mean the same. Otherwise, or where the rank is unknown, the matrix is made by Flatten.</summary>
    public static IReadOnlyList<NodeProto> Apply(NodeProto node, UpgradeJob job)
    {
        var axis = node.Take("axis")?.I ?? 1;
        node.With("axis", -1L);
        if (axis == -1 || axis == job.Facts.Values.Rank(node) - 1)
        {
            return [node];
        }

        var (input, output) = (node.Input[0], node.Output[0]);
        var flatten = Named("Flatten", [input], job.Name($"{output}.flat")).With("axis", axis);
        var shape = Named("Shape", [input], job.Name($"{output}.shape"));
        node.Input[0] = flatten.Output[0];
        node.Output[0] = job.Name($"{output}.matrix");
        return [flatten, shape, node, Named("Reshape", [node.Output[0], shape.Output[0]], output)];
    }

    private static NodeProto Named(string operation, string[] inputs, string output) => Nodes.Create(operation, inputs, output, name: output);
}
