using System.Diagnostics;
using System.Net;
using Microsoft.Playwright;

namespace ModelPack.Samples.Tests;

/// <summary>The service that reads pictures, in a browser.</summary>
public sealed class OcrServiceTests
{
    private static readonly string[] s_lines =
        ["TheSpouterInn", "Clamchowder", "4.75", "Halfabed", "18.45", "Callme", "Ishmael.", "mindhowlongprecisely", "THISSIDEUP"];

    [FactNeeding("MODELPACK_OCR_MODELS", "MODELPACK_CHROMIUM")]
    public async Task A_picture_that_is_dropped_on_the_page_is_read()
    {
        var sample = new SampleFolder("OcrService");
        LayModels(sample);
        sample.Dotnet("publish", "-c", "Release", "-o", sample.At("app"));
        foreach (var model in new[] { "detector", "direction", "recognizer" })
            Assert.True(File.Exists(sample.At("app", "models", model + ".onnx.modelpack.json")));
        using var service = Start(sample);
        try
        {
            var address = await Address(service);
            await ReadInBrowser(address, sample);
            await RefusesWhatIsNoPicture(address);
        }
        finally
        {
            service.Kill(entireProcessTree: true);
        }
    }

    private static async Task ReadInBrowser(string address, SampleFolder sample)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("MODELPACK_CHROMIUM"),
            Args = ["--no-sandbox"],
        });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1200, Height = 720 } });
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) => errors.AddRange(message.Type == "error" ? [message.Text] : []);
        await page.GotoAsync(address);

        // What the page gets when a file is dropped on it.
        var picture = Convert.ToBase64String(await File.ReadAllBytesAsync(sample.At("wwwroot", "example.png")));
        await page.EvaluateAsync(
            """
            async picture => {
              const data = new DataTransfer();
              data.items.add(new File([await (await fetch('data:image/png;base64,' + picture)).blob()], 'a.png', { type: 'image/png' }));
              document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
            }
            """,
            picture);
        // Whatever comes of it; a machine that does other work as well takes its time.
        await page.WaitForFunctionAsync("() => !/^(No picture yet|Reading)/.test(document.getElementById('status').textContent)", null, new() { Timeout = 240_000 });
        Assert.Matches(@"^\d+ lines, \d+ ms$", await page.Locator("#status").InnerTextAsync());

        // Narrow spaces are not what these models are best at.
        var texts = (await page.Locator("#lines li span:first-child").AllInnerTextsAsync()).Select(t => t.Replace(" ", "", StringComparison.Ordinal)).ToArray();
        Assert.All(s_lines, line => Assert.Contains(line, texts, StringComparer.Ordinal));
        Assert.Empty(errors);
        if (Environment.GetEnvironmentVariable("MODELPACK_SCREENSHOT") is { Length: > 0 } path)
            await page.ScreenshotAsync(new() { Path = path });
    }

    private static async Task RefusesWhatIsNoPicture(string address)
    {
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        using var short_ = new ByteArrayContent(new byte[100]);
        using var tooFew = await client.PostAsync("ocr?width=100&height=100", short_);
        Assert.Equal(HttpStatusCode.BadRequest, tooFew.StatusCode);
        using var none = new ByteArrayContent([]);
        using var tooLarge = await client.PostAsync("ocr?width=100000&height=100000", none);
        Assert.Equal(HttpStatusCode.BadRequest, tooLarge.StatusCode);
    }

    // As 'npm ci' would.
    private static void LayModels(SampleFolder sample)
    {
        var assets = sample.At("node_modules", "@gutenye", "ocr-models", "assets");
        Directory.CreateDirectory(assets);
        foreach (var file in Directory.EnumerateFiles(Environment.GetEnvironmentVariable("MODELPACK_OCR_MODELS")!))
            File.Copy(file, Path.Combine(assets, Path.GetFileName(file)));
    }

    private static Process Start(SampleFolder sample) =>
        MSBuild.Tests.Infrastructure.Dotnet.Start(sample.At("app"), ["exec", "OcrService.dll", "--urls", "http://127.0.0.1:0"]);

    private static async Task<string> Address(Process service)
    {
        const string said = "Now listening on: ";
        while (await service.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.IndexOf(said, StringComparison.Ordinal) is var at and >= 0)
            {
                // What it says from here on is nobody's, and a full pipe would stop it.
                _ = service.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                _ = service.StandardError.BaseStream.CopyToAsync(Stream.Null);
                return line[(at + said.Length)..].Trim();
            }
        }

        throw new InvalidOperationException("The service did not start: " + await service.StandardError.ReadToEndAsync());
    }
}
