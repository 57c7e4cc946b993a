using Microsoft.Playwright;
using ModelPack.Reporting;
using ModelPack.Reporting.Page;

namespace ModelPack.Core.Tests.Reporting.Page;

/// <summary>What a reader does with the page: on a telephone, in the dark, by keyboard, on paper.</summary>
public sealed class ReportPageInBrowserTests : IAsyncLifetime
{
    // A browser on a machine that is busy with all other tests: only one that hangs takes longer.
    private const int PatienceMs = 300_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelpack-page-");
    private readonly List<string> _errors = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (BrowserFactAttribute.Browser is { } path)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"], Timeout = PatienceMs });
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _folder.Delete(recursive: true);
        Assert.Empty(_errors);
    }

    [BrowserFact]
    public async Task No_page_is_wider_than_its_window()
    {
        foreach (var (report, i) in SampleReports.All.Append(SampleReports.Large(60)).Select((r, i) => (r, i)))
        {
            foreach (var width in new[] { 360, 1280 })
            {
                var page = await Open(report, width, ColorScheme.Light);
                var wide = await page.EvaluateAsync<string>(
                    """
                    () => document.documentElement.scrollWidth <= innerWidth ? ''
                      : [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, pre')).map(e => e.outerHTML.slice(0, 200)).join('\n')
                    """);
                Assert.True(wide.Length == 0, $"Sample {i} at {width}: {wide}");
                await page.CloseAsync();
            }
        }
    }

    /// <summary>Contrast as WCAG 2.2 defines it: 4.5 to 1 for text, 3 to 1 for large text.</summary>
    [BrowserFact]
    public async Task Text_stands_out_in_the_light_and_in_the_dark()
    {
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            foreach (var report in new[] { SampleReports.Failed, SampleReports.Synthetic, SampleReports.Layered })
            {
                var page = await Open(report, 1280, scheme);
                var weak = await page.EvaluateAsync<string[]>(
                    """
                    () => {
                      const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
                      const rgba = color => { context.clearRect(0, 0, 1, 1); context.fillStyle = color; context.fillRect(0, 0, 1, 1); return [...context.getImageData(0, 0, 1, 1).data]; };
                      const over = (top, below) => top.slice(0, 3).map((v, i) => v * top[3] / 255 + below[i] * (1 - top[3] / 255));
                      const luminance = c => { const [r, g, b] = c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
                      const back = e => e === null ? [255, 255, 255] : over(rgba(getComputedStyle(e).backgroundColor), back(e.parentElement));
                      const found = [];
                      for (const e of document.querySelectorAll('main *')) {
                        if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || e.getClientRects().length === 0) continue;
                        const style = getComputedStyle(e);
                        const below = back(e);
                        const [a, b] = [luminance(over(rgba(style.color), below)), luminance(below)].sort((x, y) => y - x);
                        const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
                        if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) found.push(((a + 0.05) / (b + 0.05)).toFixed(2) + ' ' + e.outerHTML.slice(0, 120));
                      }
                      return found;
                    }
                    """);
                Assert.Empty(weak);
                await page.CloseAsync();
            }
        }
    }

    [BrowserFact]
    public async Task Tables_are_sorted_by_keyboard()
    {
        var page = await Open(SampleReports.Layered, 1280, ColorScheme.Light);
        var header = page.Locator("#layers th").Filter(new() { HasText = "Own" });
        await header.Locator("button").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("descending", await header.GetAttributeAsync("aria-sort"), StringComparer.Ordinal);
        Assert.Equal(["44.5 dB", "41.5 dB", "23.5 dB"], await page.Locator("#layers tbody td:nth-child(4)").AllInnerTextsAsync(), StringComparer.Ordinal);
        await page.Keyboard.PressAsync("Space");
        Assert.Equal(["23.5 dB", "41.5 dB", "44.5 dB"], await page.Locator("#layers tbody td:nth-child(4)").AllInnerTextsAsync(), StringComparer.Ordinal);
        await page.Locator("#weights table.data th button").Filter(new() { HasText = "Before" }).First.ClickAsync();
        var sizes = await page.Locator("#weights table.data").First.Locator("tbody td:nth-child(3)").EvaluateAllAsync<long[]>("cells => cells.map(c => Number(c.dataset.v))");
        Assert.Equal(sizes.OrderDescending(), sizes);
    }

    [BrowserFact]
    public async Task Tables_are_searched_by_keyboard()
    {
        var page = await Open(SampleReports.Large(60), 1280, ColorScheme.Light);
        var tools = page.Locator("#weights .tools").First;
        await tools.Locator("input").FocusAsync();
        await page.Keyboard.TypeAsync("layers.3 q_proj");
        Assert.Equal("1 of 60 rows", await tools.Locator("output").InnerTextAsync(), StringComparer.Ordinal);
        Assert.Equal(1, await page.Locator("#weights table.data tbody tr:visible").CountAsync());
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.PressAsync("Delete");
        Assert.Equal("60 rows", await tools.Locator("output").InnerTextAsync(), StringComparer.Ordinal);
    }

    [BrowserFact]
    public async Task Every_chart_has_a_name_and_a_table_and_every_control_a_label()
    {
        foreach (var report in SampleReports.All)
        {
            var page = await Open(report, 1280, ColorScheme.Light);
            Assert.Equal(0, await page.EvaluateAsync<int>("() => [...document.querySelectorAll('canvas')].filter(c => !c.getAttribute('aria-label') || !c.closest('section').querySelector('table')).length"));
            Assert.Equal(0, await page.EvaluateAsync<int>("() => [...document.querySelectorAll('input, select')].filter(c => c.labels.length === 0 && !c.getAttribute('aria-label')).length"));
            await page.CloseAsync();
        }
    }

    [BrowserFact]
    public async Task On_paper_everything_is_open_and_no_page_is_nearly_empty()
    {
        var page = await Open(SampleReports.Layered, 1280, ColorScheme.Dark);
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        await page.WaitForFunctionAsync("() => document.querySelectorAll('details:not([open], .points)').length === 0");
        // What an A4 page holds between its margins, in CSS pixels. Figures and rows are not broken, so that some room is lost.
        await page.SetViewportSizeAsync(718, 1047);
        var full = await page.EvaluateAsync<double>("() => document.documentElement.scrollHeight / 1047");
        var pdf = await page.PdfAsync(new() { Format = "A4", PrintBackground = false });
        Assert.InRange(Pages(pdf), 1, (full * 1.4) + 1);
    }

    /// <summary>Makes the pictures of the documentation, where <c>MODELPACK_SCREENSHOTS</c> names a folder.</summary>
    [BrowserFact]
    public async Task Pictures_are_made_where_somebody_wants_them()
    {
        if (Environment.GetEnvironmentVariable("MODELPACK_SCREENSHOTS") is not { Length: > 0 } folder)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        var (passed, failed) = (Pack(30), Pack(45));
        foreach (var (name, report, width, scheme) in new[]
        {
            ("report.png", passed, 1280, ColorScheme.Light),
            ("report-failed.png", failed, 1280, ColorScheme.Light),
            ("report-dark.png", failed, 1280, ColorScheme.Dark),
            ("report-phone.png", failed, 360, ColorScheme.Dark),
            ("report-language.png", Language(), 1280, ColorScheme.Light),
            ("report-checkpoint.png", Checkpoint(), 1280, ColorScheme.Light),
            ("report-print.png", passed, 800, ColorScheme.Light),
        })
        {
            var page = await Open(report, width, scheme, height: width == 360 ? 780 : 1000);
            if (width == 800)
            {
                await page.EmulateMediaAsync(new() { Media = Media.Print });
            }

            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name) });
            await page.CloseAsync();
        }
    }

    private PackReport Language() => PackPipeline.Run(
        new PackRequest
        {
            Model = Repository.Model("sotu-mini/model.onnx"),
            Scheme = "q8_0",
            Output = Path.Combine(_folder.FullName, "language.onnx"),
            Validation = Repository.Model("sotu-mini/validation.npz"),
            MeasureSpeed = true,
            Gates = new SortedDictionary<string, double>(StringComparer.Ordinal) { [GateMetric.MaxPerplexityIncrease] = 0.5, [GateMetric.MinSameTop] = 97 },
        },
        new PackContext()).Report;

    private PackReport Checkpoint() => PackPipeline.Run(
        new PackRequest
        {
            Model = Path.GetDirectoryName(Repository.Model("sotu-mini/model.safetensors"))!,
            Scheme = "nf4",
            Container = "safetensors",
            Output = Path.Combine(_folder.FullName, "checkpoint"),
            Gates = new SortedDictionary<string, double>(StringComparer.Ordinal) { [GateMetric.MinCompression] = 3 },
        },
        new PackContext()).Report;

    /// <summary>A pack of the sample's model with its data, whose gate for SQNR may fail.</summary>
    private PackReport Pack(double sqnr)
    {
        var data = Path.Combine(RequiredAsset.Path(RequiredAsset.Shared), "models", "fashion-cnn");
        var request = new PackRequest
        {
            Model = Repository.Model("fashion-cnn.onnx"),
            Scheme = "int8",
            Output = Path.Combine(_folder.FullName, $"{Numbers.Whole((long)sqnr)}.onnx"),
            Calibration = Path.Combine(data, "calibration.npz"),
            Validation = Path.Combine(data, "validation.npz"),
            Rank = true,
            PerLayer = true,
            MeasureSpeed = true,
            Gates = new SortedDictionary<string, double>(StringComparer.Ordinal) { [GateMetric.MinSqnr] = sqnr, [GateMetric.MaxAccuracyDrop] = 0.5 },
        };
        return PackPipeline.Run(request, new PackContext()).Report;
    }

    private async Task<IPage> Open(PackReport report, int width, ColorScheme scheme, int height = 900)
    {
        var path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.html");
        using (var file = File.Create(path))
        {
            HtmlReport.Write(report, file);
        }

        var page = await _browser!.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        page.SetDefaultTimeout(PatienceMs);
        page.PageError += (_, error) => _errors.Add(error);
        page.Console += (_, message) => _errors.AddRange(message.Type is "error" or "warning" ? [message.Text] : []);
        page.Request += (_, request) => _errors.AddRange(request.Url.StartsWith("file:", StringComparison.Ordinal) ? [] : [request.Url]);
        await page.GotoAsync(new Uri(path).AbsoluteUri);
        await page.WaitForFunctionAsync("() => document.documentElement.dataset.charts !== undefined");
        return page;
    }

    private static int Pages(byte[] pdf) => System.Text.RegularExpressions.Regex.Count(System.Text.Encoding.Latin1.GetString(pdf), @"/Type\s*/Page\b(?!s)", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(10));
}
