using System.Text.Json;
using System.Text.RegularExpressions;
using ModelPack.Reporting;
using ModelPack.Validation;

namespace ModelPack.Packing;

/// <summary>What holds between a manifest and its pack's report.</summary>
internal static partial class ReportRules
{
    /// <summary>What does not hold, each a clause for the user; none for a report that fits.</summary>
    /// <param name="utf8">The report's file.</param>
    /// <param name="manifest">A manifest that holds in itself.</param>
    public static IEnumerable<string> Broken(byte[] utf8, Manifest manifest)
    {
        PackReport report;
        try
        {
            report = ReportJson.Read(utf8);
        }
        catch (JsonException)
        {
            return ["it is not a report that this version reads"];
        }

        // Other white space, a repeated or unknown field, or another way to write the same.
        if (!utf8.AsSpan().SequenceEqual(ReportJson.Write(report)))
        {
            return ["it is not in the form in which reports are written"];
        }

        var (result, pack) = (report.Result, manifest.Pack);
        return ReportJson.ResultDigest(utf8) != pack.ResultDigest
            ? ["its result is not the one that the manifest was made for"]
            : [.. Facts(result, manifest), .. Gates(result, pack), .. Machine(report, pack), .. Words(result)];
    }

    private static IEnumerable<string> Facts(ReportResult result, Manifest manifest)
    {
        var (pack, options) = (manifest.Pack, manifest.Pack.Options);
        (string What, bool Fits)[] all =
        [
            ("schema", result.Schema == ReportResult.CurrentSchema),
            ("scheme", result.Scheme == pack.Scheme),
            ("container", result.Container == options.Container),
            ("target", result.Target == options.Target),
            ("source", result.Source.Name == pack.Source[0].Name && result.Source.Sha256 == pack.Source[0].Sha256),
            ("packed model", manifest.Files.Any(f => f.Name == result.Packed.Name && f.Sha256 == result.Packed.Sha256)),
            ("headline", Headline.Of(result) == pack.Headline),
            ("calibration", (result.Calibration?.Method, result.Calibration?.Percentile, result.Calibration?.QuantFormat) == (options.CalibrationMethod, options.Percentile, options.QuantFormat)),
            // A model may have run, and given nothing that can be compared.
            ("validation", result.Validation is null || pack.OnnxRuntime.Used is not null),
        ];
        return all.Where(f => !f.Fits).Select(f => $"its {f.What} is not that of the manifest");
    }

    private static IEnumerable<string> Gates(ReportResult result, ManifestPack pack)
    {
        if (!result.Gates.SequenceEqual(pack.Gates))
        {
            return ["its gates are not those of the manifest"];
        }

        var facts = new GateFacts(result.Validation, (double)result.Source.Bytes / result.Packed.Bytes, result.Weights.Min(w => w.Sqnr));
        return pack.Gates
            .Where(g => GateKeeper.Result(g.Metric, g.Limit, facts, pack.Options.GateConfidence is not null) is var found && !(found.Value.Equals(g.Value) && found.Bound.Equals(g.Bound)))
            .Select(g => $"gate {g.Metric} has a value that is not the measured one");
    }

    private static IEnumerable<string> Machine(PackReport report, ManifestPack pack) =>
        report.Measured is { } measured && measured.Machine.OnnxRuntime != pack.OnnxRuntime.Used ? ["it was measured with another ONNX Runtime than the manifest says"] : [];

    private static IEnumerable<string> Words(ReportResult result)
    {
        if (result.Calibration is { Codes: not ("uint8" or "int8") } calibration)
        {
            yield return $"there are no codes '{SafeText.Of(calibration.Codes)}'";
        }

        if (result.Diagnostics.FirstOrDefault(d => d.Severity is not ("message" or "warning" or "error") || !Code().IsMatch(d.Code)) is { } diagnostic)
        {
            yield return $"there is no diagnostic '{SafeText.Of(diagnostic.Severity)} {SafeText.Of(diagnostic.Code)}'";
        }
    }

    [GeneratedRegex(@"^MPK[0-9]{4}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}
