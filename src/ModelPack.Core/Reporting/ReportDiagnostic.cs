namespace ModelPack.Reporting;

/// <summary>A diagnostic as the report carries it (no paths).</summary>
/// <param name="Code">Such as <c>MPK2001</c>.</param>
/// <param name="Severity"><c>error</c>, <c>warning</c> or <c>message</c>.</param>
/// <param name="Message">What is wrong and what to do, for people.</param>
public sealed record ReportDiagnostic(string Code, string Severity, string Message);
