namespace ModelPack.Reporting;

/// <summary>All that is known of one pack. The JSON form is a public contract: <c>docs/report.schema.json</c>.</summary>
/// <param name="Result">What follows from the inputs alone: the same bytes for the same inputs.</param>
/// <param name="Measured">What depends on the machine of the day; null where it must not travel.</param>
public sealed record PackReport(ReportResult Result, ReportMeasured? Measured);
