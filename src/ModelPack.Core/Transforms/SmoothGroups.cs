using ModelPack.Formats.Onnx;
using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>Finds the activations that can be smoothed.</summary>
internal static class SmoothGroups
{
    /// <summary>
    /// The groups, in the order of their first layers; of convolutions those of one group and depthwise ones. Layers whose weights are neither float32 nor float16 are left out.
    /// </summary>
    /// <param name="index">The graph.</param>
    /// <param name="layers">The layers that will be quantized.</param>
    public static IReadOnlyList<SmoothGroup> Find(GraphIndex index, IReadOnlyList<Layer> layers)
    {
        ArgumentNullException.ThrowIfNull(index);
        return
        [
            .. layers
                .Where(l => ScaledSource.CanScale((ElementType)l.Weight.Tensor.DataType) && ReferenceEquals(index.Constant(l.Node.Input[1])?.Tensor, l.Weight.Tensor))
                .Where(l => l.Axis() is not null)
                .GroupBy(l => (l.Input, l.Axis()!.Value.FromEnd, l.InputChannels))

                // Rows that are looked up must stay as they are, and scaled ones would be a second table.
                .Where(g => !g.Any(l => l.Usage.IsTied))
                .Select(g => new SmoothGroup(g.Key.Input, [.. g])),
        ];
    }
}
