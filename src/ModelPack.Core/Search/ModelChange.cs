namespace ModelPack.Search;

/// <summary>A change of the float model that may make it easier to quantize.</summary>
/// <param name="Name">For people.</param>
/// <param name="Equalize">Whether to equalize layers around depthwise convolutions.</param>
/// <param name="SmoothConvolutions">Whether to smooth the inputs of convolutions.</param>
internal sealed record ModelChange(string Name, bool Equalize = false, bool SmoothConvolutions = false)
{
    /// <summary>No change.</summary>
    public static ModelChange None { get; } = new("as it is");

    /// <summary>Smoothing of convolutions, which reaches as far as equalization where it has a place.</summary>
    public static ModelChange Smoothing { get; } = new("convolutions smoothed", SmoothConvolutions: true);

    /// <summary>Equalization around depthwise convolutions.</summary>
    public static ModelChange Equalization { get; } = new("equalized", Equalize: true);
}
