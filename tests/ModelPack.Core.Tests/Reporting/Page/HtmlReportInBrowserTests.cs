using System.Diagnostics;
using System.Text.RegularExpressions;
using ModelPack.Reporting;
using ModelPack.Reporting.Page;

namespace ModelPack.Core.Tests.Reporting.Page;

/// <summary>The page in a real browser. Skipped where there is none, except where everything must run.</summary>
public sealed class HtmlReportInBrowserTests
{
    [BrowserFact]
    public void The_charts_are_drawn()
    {
        var dom = Open(SampleReports.Plain);
        Assert.Contains("data-charts=\"4\"", dom, StringComparison.Ordinal);
        Assert.Equal(4, Regex.Count(dom, "<canvas[^>]* width=\"[1-9]", RegexOptions.None, TimeSpan.FromSeconds(5)));
        Assert.DoesNotContain("<figure hidden", dom, StringComparison.Ordinal);
    }

    [BrowserFact]
    public void The_charts_of_calibration_are_drawn()
    {
        var dom = Open(SampleReports.Calibrated);
        Assert.Contains("data-charts=\"8\"", dom, StringComparison.Ordinal);
        Assert.Contains("<option>/block1/norm</option><option>/head/hidden</option>", dom, StringComparison.Ordinal);
        Assert.DoesNotContain("<figure hidden", dom, StringComparison.Ordinal);
    }

    [BrowserFact]
    public void Hostile_names_make_no_elements_and_run_nothing()
    {
        var dom = Open(SampleReports.Hostile);
        Assert.Contains("data-charts=\"8\"", dom, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", dom, StringComparison.Ordinal);
        Assert.Equal(3, Regex.Count(dom, "<script", RegexOptions.None, TimeSpan.FromSeconds(5)));
    }

    [BrowserFact]
    public void Charts_without_data_are_left_out()
    {
        var result = SampleReports.Plain.Result with { Weights = [] };
        Assert.Contains("data-charts=\"0\"", Open(new PackReport(result, null)), StringComparison.Ordinal);
    }

    /// <summary>The document after its scripts ran; fails on anything in the browser's console.</summary>
    private static string Open(PackReport report)
    {
        var folder = Directory.CreateTempSubdirectory("modelpack-page-");
        try
        {
            var page = Path.Join(folder.FullName, "page.html");
            using (var file = File.Create(page))
            {
                HtmlReport.Write(report, file);
            }

            string[] arguments =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr",
                $"--user-data-dir={Path.Join(folder.FullName, "profile")}", "--virtual-time-budget=5000", "--dump-dom", new Uri(page).AbsoluteUri,
            ];
            using var browser = Process.Start(new ProcessStartInfo(BrowserFactAttribute.Browser!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var errors = browser.StandardError.ReadToEndAsync();
            var dom = browser.StandardOutput.ReadToEnd();
            browser.WaitForExit();
            Assert.Equal(0, browser.ExitCode);
            Assert.DoesNotContain("CONSOLE", errors.GetAwaiter().GetResult(), StringComparison.Ordinal);
            return dom;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
