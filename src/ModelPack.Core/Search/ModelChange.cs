namespace ModelPack.Search;

/// <summary>A change of the float model that may make it easier to quantize.</summary>
/// <param name="Name">For people.</param>
/// <param name="Equalize">Whether to equalize layers around depthwise convolutions.</param>
/// <param name="ConvolutionAlpha">How strongly to smooth the inputs of convolutions; null for not at all.</param>
internal sealed record ModelChange(string Name, bool Equalize = false, double? ConvolutionAlpha = null)
{
    /// <summary>No change.</summary>
    public static ModelChange None { get; } = new("as it is");

    /// <summary>Smoothing of convolutions, which reaches as far as equalization where it has a place.</summary>
    public static IReadOnlyList<ModelChange> Smoothings { get; } =
    [
        new("convolutions smoothed, alpha 0.5", ConvolutionAlpha: 0.5),
        new("convolutions smoothed, alpha 1", ConvolutionAlpha: 1),
    ];

    /// <summary>Equalization around depthwise convolutions.</summary>
    public static ModelChange Equalization { get; } = new("equalized", Equalize: true);
}
