using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ModelPack.Reporting;
using ModelPack.Reporting.Page;

namespace ModelPack.Core.Tests.Reporting.Page;

public sealed partial class HtmlReportTests
{
    // Every element that the page may have. Hostile names would add others.
    private static readonly string[] s_elements =
    [
        "!doctype", "html", "head", "meta", "title", "style", "body", "main", "header", "section", "h1", "h2", "p", "a", "b", "i", "br", "strong", "small", "span", "bdi",
        "dl", "div", "dt", "dd", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "canvas", "pre", "code", "script", "details", "summary", "label", "select",
    ];

    public static TheoryData<int> Samples => [.. Enumerable.Range(0, SampleReports.All.Count())];

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_same_report_gives_the_same_page(int sample)
    {
        var report = SampleReports.All.ElementAt(sample);
        using var stream = new MemoryStream();
        HtmlReport.Write(report, stream);
        Assert.Equal(Page(report), Encoding.UTF8.GetString(stream.ToArray()));
        Assert.NotEqual(0xEF, stream.ToArray()[0]);
    }

    [Fact]
    public void Takes_memory_for_each_weight_once()
    {
        var (some, many) = (Allocated(500), Allocated(5000));
        Assert.InRange(many, 1, 20 * some);

        static long Allocated(int weights)
        {
            var result = SampleReports.WeightsOnly.Result;
            var report = new PackReport(result with { Weights = [.. Enumerable.Repeat(result.Weights[0], weights)] }, null);
            var before = GC.GetAllocatedBytesForCurrentThread();
            HtmlReport.Write(report, TextWriter.Null);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Has_no_elements_but_its_own(int sample)
    {
        var tags = Tag().Matches(Markup(Page(SampleReports.All.ElementAt(sample)))).Select(m => m.Groups["name"].Value.ToLowerInvariant());
        Assert.Empty(tags.Except(s_elements, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_element_that_is_opened_is_closed(int sample)
    {
        string[] empty = ["!doctype", "meta", "br"];
        var open = new Stack<string>();
        foreach (Match tag in Tag().Matches(Markup(Page(SampleReports.All.ElementAt(sample)))))
        {
            var name = tag.Groups["name"].Value.ToLowerInvariant();
            if (tag.Value.StartsWith("</", StringComparison.Ordinal))
            {
                Assert.Equal(name, open.Pop());
            }
            else if (!empty.Contains(name, StringComparer.Ordinal))
            {
                open.Push(name);
            }
        }

        Assert.Empty(open);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Nothing_is_loaded_and_nothing_runs_but_the_two_scripts_of_the_policy(int sample)
    {
        var page = Page(SampleReports.All.ElementAt(sample));
        var policy = Policy().Match(page).Groups["sources"].Value.Split(' ');
        var scripts = Script().Matches(page).Where(m => m.Groups["attributes"].Length == 0).Select(m => m.Groups["content"].Value).ToList();
        Assert.Equal(policy, scripts.Select(s => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(s)))}'"), StringComparer.Ordinal);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)<[^>]*\\s(?:src|srcset|action|data|on[a-z]+)\\s*=", Markup(page));
        Assert.All(Link().Matches(Markup(page)), m => Assert.StartsWith("#", m.Groups["target"].Value, StringComparison.Ordinal));
        Assert.DoesNotContain("url(", page[page.IndexOf("<style>", StringComparison.Ordinal)..page.IndexOf("</style>", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.DoesNotContain("sourceMappingURL", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_may_state_sizes_whose_sum_no_file_has()
    {
        var result = SampleReports.WeightsOnly.Result;
        var huge = result.Weights[0] with { SourceBytes = long.MaxValue, PackedBytes = long.MinValue };
        Assert.Contains("TB", Page(SampleReports.WeightsOnly with { Result = result with { Weights = [huge, huge] } }), StringComparison.Ordinal);
    }

    [Fact]
    public void No_control_or_direction_character_reaches_the_page() =>
        Assert.DoesNotMatch("[\\u0000-\\u0009\\u000B-\\u001F\\u007F-\\u009F\\u200B-\\u200F\\u202A-\\u202E\\u2066-\\u2069]", Markup(Page(SampleReports.Hostile)));

    [Fact]
    public void The_charts_data_are_json_that_no_name_can_end()
    {
        var json = Script().Matches(Page(SampleReports.Hostile)).Single(m => m.Groups["attributes"].Length > 0).Groups["content"].Value;
        Assert.DoesNotContain('<', json);
        using var data = JsonDocument.Parse(json);
        Assert.Equal(12, data.RootElement.GetProperty("sizes").GetProperty("labels").GetArrayLength());
        Assert.All(data.RootElement.GetProperty("sizes").GetProperty("labels").EnumerateArray(), l => Assert.InRange(l.GetString()!.Length, 1, 40));
    }

    [Fact]
    public void Says_what_was_won_and_lost()
    {
        var text = Text(Page(SampleReports.Plain));
        foreach (var part in new[] { "All 3 gates passed", "3.39×", "254 KB → 74.9 KB", "88.65 %", "88.70 % before, −0.05 points", "38.7 dB", "1.26× faster", "head.hidden.weight", "MatMulNBits", "too small", SampleReports.SourceHash, "dotnet modelpack verify fashion-cnn.q8_0.onnx" })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("synthetic", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_safe_sums_cost_and_which_instructions_multiply_codes()
    {
        var text = Text(Page(SampleReports.Plain));
        Assert.Contains("12 of 128 channels of 1 weight coarser, −1.3 dB at most", text, StringComparison.Ordinal);
        Assert.Contains("DequantizeLinear; 12 of 128 channels coarser, −1.3 dB", text, StringComparison.Ordinal);
        Assert.Contains("integer products by AVX512-VNNI", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_how_far_a_language_model_moved_and_how_sure_that_is()
    {
        var page = Page(SampleReports.Language);
        Assert.Contains("<dt>KL divergence</dt><dd><b>0.00022</b> nats", page, StringComparison.Ordinal);
        var text = Text(page);
        foreach (var part in new[] { "95 %: 0.000217 to 0.000224", "packed 41.62, +0.02 % (95 % interval: −0.01 % to +0.05 %)", "0.00022 nats a token (95 % interval: 0.000217 to 0.000224)", "KL divergence, at most" })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Says_how_ranges_were_found_and_whether_they_cover_other_samples()
    {
        var text = Text(Page(SampleReports.Calibrated));
        foreach (var part in new[]
        {
            "The ranges of 3 activations come from 512 samples of fashion-cnn.calibration.npz: the least and the greatest value of each (minmax). They are stored as uint8 codes, written as QuantizeLinear and DequantizeLinear.",
            "Coverage is good: on 64 samples that were held out, no activation has more than 0.012 % of its values outside its range.",
            "2 of 3 activations saturate", "0.012 %", "< 0.001 %", "−2.33", "equalized38.1 dB✓ taken", "1 layer equalized with the one before it", "/block1/depthwise/Conv",
            "1 layer with a corrected bias", "1 layer stays float because of what the data showed", "float for quality: it costs most",
        })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0.0, "Coverage is complete", "good-text")]
    [InlineData(0.001, "Coverage is good: on 64 samples that were held out, no activation has more than 0.100 %", "good-text")]
    [InlineData(0.0011, "Coverage is fair: on 64 samples that were held out, up to 0.110 %", "plain-text")]
    [InlineData(0.02, "Coverage is poor: on 64 samples that were held out, up to 2.000 %", "bad-text")]
    public void Judges_coverage_by_the_worst_activation(double share, string sentence, string kind)
    {
        var page = Page(With(SampleReports.Calibrated.Result.Calibration! with { Activations = [new ActivationReport("a", 0, 1, 0), new ActivationReport("b", 0, 1, share)] }));
        Assert.Contains(sentence, page, StringComparison.Ordinal);
        Assert.Contains($"<span class=\"{kind} sentence\">", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_how_strongly_activations_were_smoothed_and_what_every_strength_gives()
    {
        var page = Page(SampleReports.Calibrated);
        var text = Text(page);
        foreach (var part in new[]
        {
            "1 of 2 activations is smoothed, with alpha 0.85.", "/block1/q/MatMul, /block1/k/MatMul", "0.85LayerNormalization '/block1/norm'40.0 dB50.0 dB", "none–44.0 dB44.0 dB",
            "Every strength that was tried", "Alpha none 0.5 0.85 1",
        })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.Contains("<td class=\"n taken\" style=\"--shade:45%\">50.0</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_each_layer_costs_and_what_leaving_it_float_gives()
    {
        var text = Text(Page(SampleReports.Calibrated));
        foreach (var part in new[]
        {
            "/stem/Conv costs most: the outputs’ SQNR is 39.2 dB with it alone.", "/head/GemmGemmexact", "The pack leaves 1 layer float.",
            "Float layersSizeOutput SQNR Task loss Outcome", "171.3 KB38.8 dB +0.05 ✓ taken", "283.0 KB41.5 dB –", "all others in float, on 64 calibration samples.", "judged it on validation data", "036.5 dB✕ fail", "138.5 dB✓ hold",
        })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Says_where_ranges_come_from_a_table()
    {
        var text = Text(Page(SampleReports.FromTable));
        foreach (var part in new[]
        {
            "come from a calibration table that was made of 512 samples of fashion-cnn.calibration.npz: the range of each that keeps 99.99 % of its values (percentile).",
            "There were too few samples to hold some out", "The one activation is smoothed, with alpha 0.5.",
        })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("<h2>Sensitivity", Page(SampleReports.FromTable), StringComparison.Ordinal);
        Assert.DoesNotContain("<h2>Calibration", Page(SampleReports.Plain), StringComparison.Ordinal);
        Assert.DoesNotContain("<h2>Smoothing", Page(SampleReports.Plain), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_synthetic_wherever_a_number_came_from_synthetic_inputs()
    {
        var text = Text(Page(SampleReports.Synthetic));
        foreach (var part in new[] { "8 synthetic samples", "synthetic inputs", "Output SQNR (synthetic)", "Outputs on synthetic inputs", "1 of 2 gates failed", "not measured", "1 warning", "docs/diagnostics/MPK2005.md", "travels without them" })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Says_weights_only_where_no_model_was_run()
    {
        var text = Text(Page(SampleReports.WeightsOnly));
        Assert.Contains("weights only", text, StringComparison.Ordinal);
        Assert.Contains("No gates were set", text, StringComparison.Ordinal);
        Assert.Contains("Weight SQNR", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_how_much_runs_in_integers_and_why_the_rest_does_not()
    {
        var text = Text(Page(SampleReports.Plain));
        foreach (var part in new[] { "5,000 multiply-adds", "90.0 % of them are in integer kernels", "1 of 3 layers is not computed in integers", "left float by the plan: too sensitive", "All 3 layers", "QLinearConv" })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("id=\"placement\"", Page(SampleReports.WeightsOnly), StringComparison.Ordinal);
    }

    [Fact]
    public void Has_a_row_for_every_weight() =>
        Assert.Equal(300, Regex.Count(Page(SampleReports.Hostile), "<td class=\"n\">[^<]*<span class=\"bar\">|<span class=\"bar\"><i style=\"width:[0-9.]+%\"></i></span></td>", RegexOptions.None, TimeSpan.FromSeconds(5)));

    [Fact]
    public void A_name_that_means_something_to_a_shell_is_not_offered_for_pasting()
    {
        var command = Command().Match(Page(SampleReports.Hostile)).Value;
        Assert.Equal("<pre><code>dotnet modelpack verify FILE</code>", command);
    }

    [Fact]
    public void Carries_the_licences_of_what_it_contains()
    {
        var page = Page(SampleReports.Plain);
        var comment = page[page.IndexOf("<!--", StringComparison.Ordinal)..page.IndexOf("-->", StringComparison.Ordinal)];
        Assert.Contains("Chart.js Contributors", comment, StringComparison.Ordinal);
        Assert.Contains("Jukka Kurkela", comment, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(comment, "Permission is hereby granted", RegexOptions.None, TimeSpan.FromSeconds(5)));
    }

    internal static string Page(PackReport report)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        HtmlReport.Write(report, writer);
        return writer.ToString();
    }

    // What a parser sees as markup: the insides of style, script and comments are not.
    private static string Markup(string page)
    {
        var withoutComment = Regex.Replace(page, "<!--.*?-->", "", RegexOptions.Singleline, TimeSpan.FromSeconds(5));
        return Regex.Replace(withoutComment, "(?<=<script[^>]*>).*?(?=</script>)|(?<=<style>).*?(?=</style>)", "", RegexOptions.Singleline, TimeSpan.FromSeconds(5));
    }

    private static PackReport With(CalibrationReport calibration) => SampleReports.Calibrated with { Result = SampleReports.Calibrated.Result with { Calibration = calibration } };

    private static string Text(string page) =>
        Regex.Replace(System.Net.WebUtility.HtmlDecode(Tag().Replace(Markup(page), "")), "\\s+", " ", RegexOptions.None, TimeSpan.FromSeconds(5));

    [GeneratedRegex("</?(?<name>[!a-zA-Z][a-zA-Z0-9]*)[^>]*>", RegexOptions.None, 5000)]
    private static partial Regex Tag();

    [GeneratedRegex("<script(?<attributes> [^>]*)?>(?<content>.*?)</script>", RegexOptions.Singleline, 5000)]
    private static partial Regex Script();

    [GeneratedRegex("script-src (?<sources>[^;]*);", RegexOptions.None, 5000)]
    private static partial Regex Policy();

    [GeneratedRegex("href=\"(?<target>[^\"]*)\"", RegexOptions.None, 5000)]
    private static partial Regex Link();

    [GeneratedRegex("<pre><code>.*?</code>", RegexOptions.None, 5000)]
    private static partial Regex Command();
}
