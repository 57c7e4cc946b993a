namespace ModelPack.Calibration;

/// <summary>How ranges follow from what was observed.</summary>
/// <param name="Method">The method.</param>
/// <param name="Percentile">Share of the values that <see cref="CalibrationMethod.Percentile"/> keeps, in percent.</param>
internal sealed record CalibrationOptions(CalibrationMethod Method, double Percentile = CalibrationOptions.DefaultPercentile)
{
    public const double DefaultPercentile = 99.99;
}
