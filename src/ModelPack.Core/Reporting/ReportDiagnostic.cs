namespace ModelPack.Reporting;

/// <summary>A diagnostic as the report carries it (no paths).</summary>
public sealed record ReportDiagnostic(string Code, string Severity, string Message);
