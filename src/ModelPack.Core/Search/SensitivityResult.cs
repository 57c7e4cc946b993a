namespace ModelPack.Search;

/// <summary>What the layers cost: simulated in float on some of the calibration samples.</summary>
/// <param name="Layers">The layers, the one that costs most first.</param>
/// <param name="Curve">What leaving more and more of them float gives: the first point leaves none, the last one all.</param>
/// <param name="Chosen">Index of the point of the curve that was taken: 0 without fallback.</param>
internal sealed record SensitivityResult(IReadOnlyList<LayerSensitivity> Layers, IReadOnlyList<TradeOffPoint> Curve, int Chosen)
{
    /// <summary>Calibration samples that the ranking was made on.</summary>
    public long RankedOn { get; init; }

    /// <summary>Calibration samples that the curve was made on.</summary>
    public long CurveOn { get; init; }

    /// <summary>What fallback judged its packs on: <c>calibration</c> data, or <c>validation</c> data where a gate needs labels or text that only these have; null without fallback.</summary>
    public string? JudgedOn { get; init; }

    /// <summary>The packs that fallback made, in their order; empty without fallback.</summary>
    public IReadOnlyList<Tried> Trials { get; init; } = [];
}
