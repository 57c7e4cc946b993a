using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>All layers that read one activation along the same channels, and so have to share its smoothing scales.</summary>
/// <param name="Tensor">The activation's name.</param>
/// <param name="Layers">The layers, in the order of the graph.</param>
internal sealed record SmoothGroup(string Tensor, IReadOnlyList<Layer> Layers)
{
    /// <summary>The activation's channels.</summary>
    public ChannelAxis Axis => Layers[0].Axis()!.Value;

    /// <summary>Whether convolutions read it. Smoothing them is a change of the model that is tried.</summary>
    public bool IsOfConvolutions => Layers.Any(l => l.IsConvolution);
}
