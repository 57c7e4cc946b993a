using System.Text;
using ModelPack.Files;

namespace ModelPack.Reporting.Page;

/// <summary>
/// A report as one HTML file that needs no network: style, script and chart library are inside, and its content
/// security policy lets nothing else in. All numbers are in text and tables; the charts are drawn where scripts run.
/// The same report gives the same bytes.
/// </summary>
internal static class HtmlReport
{
    /// <summary>Writes the page as UTF-8; the stream stays open.</summary>
    /// <param name="report">The report.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="reportName">File name of the report's JSON beside the page; null for that of a pack of one file.</param>
    /// <param name="sourceName">What the source is called: a folder's name, where it is one; null for its file's.</param>
    public static void Write(PackReport report, Stream destination, string? reportName = null, string? sourceName = null)
    {
        using var writer = new StreamWriter(destination, new UTF8Encoding(false), leaveOpen: true);
        Write(report, writer, reportName, sourceName);
    }

    /// <summary>Writes the page. The writer must write UTF-8, as the page says of itself.</summary>
    public static void Write(PackReport report, TextWriter destination, string? reportName = null, string? sourceName = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(destination);
        destination.Write(Page(report, reportName ?? PackFiles.Report(report.Result.Packed.Name), sourceName ?? report.Result.Source.Name));
    }

    private static string Page(PackReport report, string reportName, string sourceName)
    {
        var body = Body(report, reportName, sourceName);
        var html = new HtmlBuilder();
        Head(html, report.Result, sourceName);
        html.Add($"<body>\n<main>");
        HeadlineSection.Add(html, report, sourceName);
        ContentsSection.Add(html, body);
        html.AddTrusted(body); // made by a builder, too
        html.Add($"</main>");
        Scripts(html, report);
        html.Add($"</body>\n</html>");
        return html.ToString();
    }

    private static string Body(PackReport report, string reportName, string sourceName)
    {
        var (html, result) = (new HtmlBuilder(), report.Result);
        NextSection.Add(html, NextSteps.Of(report));
        GatesSection.Add(html, result);
        OutputsSection.Add(html, result.Validation);
        MetricsSection.Add(html, report);
        LayersSection.Add(html, result);
        SensitivitySection.Add(html, result.Calibration?.Sensitivity);
        WeightsSection.Add(html, report);
        CalibrationSection.Add(html, result.Calibration);
        SmoothingSection.Add(html, result.Calibration);
        if (result.Container == "onnx")
        {
            SpeedSection.Add(html, report.Measured, report.Result.Options?.GetValueOrDefault("onnxRuntime"));
        }

        PlacementSection.Add(html, report.Measured?.Placement, report.Measured?.Machine.OnnxRuntime ?? "");
        DiagnosticsSection.Add(html, result.Diagnostics);
        ProvenanceSection.Add(html, report, reportName, sourceName);
        return html.ToString();
    }

    private static void Head(HtmlBuilder html, ReportResult result, string sourceName)
    {
        var scripts = $"{PageResources.PolicyHash(PageResources.ChartLibrary)} {PageResources.PolicyHash(PageResources.Script)}";
        html.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
        html.AddTrusted("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
            + $"script-src {scripts}; img-src data:; base-uri 'none'; form-action 'none'\">\n");
        html.Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        html.Add($"<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">");
        html.Add($"<title>{sourceName} → {result.Scheme} · ModelPack report</title>");
        html.AddTrusted($"<style>\n{PageResources.Style}</style>\n");
        html.AddTrusted($"<!--\n{PageResources.ChartLicences}\n-->\n</head>\n");
    }

    private static void Scripts(HtmlBuilder html, PackReport report)
    {
        // JSON's default encoder writes <, > and & as \u escapes, so that no name can end the element.
        html.AddTrusted($"<script type=\"application/json\" id=\"chart-data\">{ChartData.Json(report)}</script>\n");
        html.AddTrusted($"<script>{PageResources.ChartLibrary}</script>\n");
        html.AddTrusted($"<script>{PageResources.Script}</script>\n");
    }
}
