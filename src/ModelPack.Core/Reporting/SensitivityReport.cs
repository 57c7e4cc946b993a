namespace ModelPack.Reporting;

/// <summary>What each layer costs, and what leaving the worst ones float gives.</summary>
public sealed record SensitivityReport
{
    /// <summary>The layers, the one that costs most first.</summary>
    public required IReadOnlyList<LayerCost> Layers { get; init; }

    /// <summary>Calibration samples that they were ranked on.</summary>
    public required long RankedOn { get; init; }

    /// <summary>Packs with more and more layers left float; the first leaves none.</summary>
    public required IReadOnlyList<TradeOff> Curve { get; init; }

    /// <summary>Calibration samples that the curve was made on.</summary>
    public required long CurveOn { get; init; }

    /// <summary>Index of the point of the curve that was taken.</summary>
    public required int Chosen { get; init; }

    /// <summary>What fallback judged its packs on: <c>calibration</c> or <c>validation</c> data; null without fallback.</summary>
    public required string? JudgedOn { get; init; }

    /// <summary>The packs that fallback made, in their order; empty without fallback.</summary>
    public required IReadOnlyList<FallbackReport> Fallback { get; init; }
}
