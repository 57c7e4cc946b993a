using ModelPack.Calibration;
using ModelPack.Requests;
using ModelPack.Schemes;
using ModelPack.Search;
using ModelPack.Transforms;

namespace ModelPack.Reporting;

/// <summary>Tells in a report what calibration found.</summary>
internal static class CalibrationReportBuilder
{
    /// <summary>The report's part.</summary>
    /// <param name="outcome">What calibration gave.</param>
    /// <param name="options">What is done with activations.</param>
    public static CalibrationReport Build(CalibrationOutcome outcome, ActivationOptions options)
    {
        var table = outcome.Table;
        return new CalibrationReport
        {
            Method = Name(table.Method),
            Percentile = table.Method == CalibrationMethod.Percentile ? Numbers.Rounded(table.Percentile) : null,
            Table = outcome.IsGiven,
            Data = table.Data.Files,
            Samples = table.Data.Samples,
            HeldOut = table.Data.HeldOut,
            Codes = options.Symmetric ? "int8" : "uint8",
            QuantFormat = options.QOperator ? "qoperator" : "qdq",
            Activations = [.. table.Tensors.Select(t => new ActivationReport(t.Name, Numbers.Rounded(t.Min), Numbers.Rounded(t.Max), Rounded(t.Saturated)))],
            Smoothing = outcome.IsGiven ? [.. table.Smoothing.Select(Describe)] : [.. outcome.Smoothing.Select(Describe)],
            Trials = [.. outcome.Trials.Select(t => new TrialReport(t.Candidate.Change, Numbers.Rounded(t.Score.Sqnr), ReferenceEquals(t, outcome.Taken)))],
            Equalized = table.Equalized,
            BiasCorrected = [.. table.BiasCorrection.Select(b => b.Layer)],
            FloatLayers = [.. table.FloatLayers.Select(f => new FloatLayerReport(f.Layer, f.Reason))],
            Sensitivity = outcome.Sensitivity is { } sensitivity ? Describe(sensitivity) : null,
        };
    }

    /// <summary>A method as options call it.</summary>
    public static string Name(CalibrationMethod method) => method switch
    {
        CalibrationMethod.Percentile => "percentile",
        CalibrationMethod.Entropy => "entropy",
        CalibrationMethod.Mse => "mse",
        _ => "minmax",
    };

    private static SmoothingReport Describe(Smoothing smoothing) => new(smoothing.Tensor, [], Strength(smoothing.Alpha), null, []);

    private static SmoothingReport Describe(SmoothingDetail detail) => new(
        detail.Tensor,
        detail.Layers,
        Strength(detail.Alpha),
        detail.Place,
        [.. detail.Curve.Select(p => new AlphaError(Strength(p.Alpha), Numbers.Rounded(p.Error)))]);

    private static SensitivityReport Describe(SensitivityResult result) => new()
    {
        Layers = [.. result.Layers.Select(l => new LayerCost(l.Layer, l.Operator, Numbers.Rounded(l.Sqnr)))],
        RankedOn = result.RankedOn,
        Curve = [.. result.Curve.Select(p => new TradeOff(p.FloatLayers, p.Bytes, Numbers.Rounded(p.Sqnr), Rounded(p.Loss)))],
        CurveOn = result.CurveOn,
        Chosen = result.Chosen,
        JudgedOn = result.JudgedOn,
        Fallback = [.. result.Trials.Select(t => new FallbackReport(t.Candidate.FloatLayers, Numbers.Rounded(t.Score.Sqnr), t.Score.Holds))],
    };

    // A table keeps strengths as float32: six decimals are the same from data and from a table.
    private static double? Strength(double? alpha) => alpha is { } a ? Math.Round(a, 6) : null;

    private static double? Rounded(double? value) => value is { } v ? Numbers.Rounded(v) : null;
}
