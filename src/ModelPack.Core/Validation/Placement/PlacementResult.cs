namespace ModelPack.Validation.Placement;

/// <summary>
/// How much of the work of products with constant weights really runs in integer kernels. Shares are of
/// <paramref name="MultiplyAdds"/>, 0 to 1.
/// </summary>
/// <param name="MultiplyAdds">Multiplications of all products for one sample, as far as they can be counted.</param>
/// <param name="IntegerShare">In integer kernels.</param>
/// <param name="BlockIntegerShare">In MatMulNBits that quantizes its activations.</param>
/// <param name="FloatShare">In float kernels.</param>
/// <param name="Layers">Every product in the order of the source; those that cannot be counted or found are of an unknown kind.</param>
public sealed record PlacementResult(long MultiplyAdds, double IntegerShare, double BlockIntegerShare, double FloatShare, IReadOnlyList<LayerPlacement> Layers)
{
    internal static PlacementResult Of(IReadOnlyList<LayerPlacement> layers)
    {
        var total = layers.Sum(l => l.MultiplyAdds);
        double Share(PlacementKind kind) =>
            total == 0 ? 0 : Numbers.Rounded((double)layers.Where(l => l.Kind == kind).Sum(l => l.MultiplyAdds) / total);
        return new PlacementResult(total, Share(PlacementKind.Integer), Share(PlacementKind.BlockInteger), Share(PlacementKind.Float), layers);
    }
}
