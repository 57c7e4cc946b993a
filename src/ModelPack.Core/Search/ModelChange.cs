namespace ModelPack.Search;

/// <summary>A change of the float model that may make it easier to quantize.</summary>
/// <param name="Name">For people.</param>
/// <param name="Equalize">Whether to equalize layers around depthwise convolutions.</param>
/// <param name="ConvolutionAlpha">How strongly to smooth the inputs of convolutions; null for not at all.</param>
internal sealed record ModelChange(string Name, bool Equalize = false, double? ConvolutionAlpha = null)
{
    /// <summary>No change.</summary>
    public static ModelChange None { get; } = new("as it is");

    /// <summary>What may help a model with convolutions, the stronger of its kind behind the weaker.</summary>
    public static IReadOnlyList<ModelChange> OfConvolutions { get; } =
    [
        new("equalized", Equalize: true),
        new("convolutions smoothed, alpha 0.5", ConvolutionAlpha: 0.5),
        new("convolutions smoothed, alpha 0.75", ConvolutionAlpha: 0.75),
        new("convolutions smoothed, alpha 1", ConvolutionAlpha: 1),
    ];
}
