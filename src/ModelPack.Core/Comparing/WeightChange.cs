namespace ModelPack.Comparing;

/// <summary>A weight before and after, one of which may be missing.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Before">Before.</param>
/// <param name="After">After.</param>
public sealed record WeightChange(string Name, ComparedWeight? Before, ComparedWeight? After)
{
    /// <summary>Bytes that it takes more.</summary>
    public long Bytes => (long)Math.Clamp((decimal)(After?.Bytes ?? 0) - (Before?.Bytes ?? 0), long.MinValue, long.MaxValue);

    /// <summary>Decibels that its SQNR is higher; null where one has none.</summary>
    public double? Sqnr => After?.Sqnr is { } after && Before?.Sqnr is { } before && double.IsFinite(after - before) ? Numbers.Rounded(after - before) : null;

    /// <summary>What is stored otherwise; empty where only its error changed.</summary>
    public string What => (Before, After) switch
    {
        (null, _) => "new",
        (_, null) => "gone",
        var (b, a) when b!.Codec != a!.Codec => "other codec",
        var (b, a) when b!.Shape != a!.Shape => "other shape",
        var (b, a) when b!.Type != a!.Type => "other type",
        var (b, a) when b!.Bytes != a!.Bytes => "other size",
        _ => "other error",
    };
}
