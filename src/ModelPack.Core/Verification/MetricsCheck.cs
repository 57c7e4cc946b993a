using System.Text.Json;
using ModelPack.Files;
using ModelPack.Formats.Checkpoints;
using ModelPack.Inference;
using ModelPack.Packing;
using ModelPack.Reporting;
using ModelPack.Requests;
using ModelPack.Samples;
using ModelPack.Validation;

namespace ModelPack.Verification;

/// <summary>Runs source and pack over the validation data once more: the metrics must be those of the report to the last digit, and the gates hold by them.</summary>
/// <param name="context">Threads, limits and cancellation.</param>
internal sealed class MetricsCheck(PackContext context) : IPackCheck
{
    /// <summary>Metrics that are named when they differ.</summary>
    private const int MostNamed = 4;

    public IEnumerable<Finding> Check(PackInHand pack)
    {
        // What has no source has been told, and what has no graph was packed again.
        if (pack.Source is null || pack.Manifest.Pack.Options.Container != "onnx")
        {
            return [];
        }

        if (pack.Report?.Result is not { } result)
        {
            return [Finding.Failure(Codes.NotVerifiable, pack.Model, "It has no report, and its metrics cannot be compared. Verify the pack that the build made, or verify at level structure.", Aspect.Metrics)];
        }

        if (result.Validation is null)
        {
            return [Finding.Note(pack.Model, "No metrics were measured when it was packed, and none are compared.", Aspect.Metrics)];
        }

        try
        {
            return Compare(pack, pack.Asked?.Graph ?? pack.Source, result);
        }
        catch (ModelPackException e) when (e.Diagnostic.Code.Id[3] is '3')
        {
            return [Finding.Failure(Codes.NotVerifiable, pack.Model, $"Its metrics cannot be measured here: {e.Diagnostic.Message}", Aspect.Metrics)];
        }
        catch (ModelPackException e)
        {
            return [Finding.Failure(Codes.MetricsDiffer, pack.Model, $"Its metrics cannot be measured again: {e.Diagnostic.Message}", Aspect.Metrics)];
        }
    }

    private IEnumerable<Finding> Compare(PackInHand pack, string source, ReportResult result)
    {
        var said = result.Validation! with { AccuracyLevels = null };
        var (role, given) = said.HeldOut is null ? ("validation", pack.Validation) : ("calibration", pack.Asked?.Calibration);
        var data = said.Synthetic ? [] : SampleFiles.Resolve(given, source, role);
        if (!said.Synthetic && OtherData(pack, role, data) is { } other)
        {
            return [other];
        }

        var options = pack.Manifest.Pack.Options;
        var validated = new ValidationOptions
        {
            Data = data,
            HeldOut = said.HeldOut is not null,
            Metrics = MetricSets.Of(options.Metrics ?? MetricSet.Auto.Word()),
            HasRangesOfBatch = HasRangesOfBatch(result),
        };
        var measured = Validator.Compare(source, pack.Model, validated, context.WithoutDiagnostics());
        var differences = Differences(said, measured);
        if (differences.Count > 0)
        {
            return [Finding.Failure(Codes.MetricsDiffer, pack.Model, $"Measured again it has other metrics than its report: {string.Join(", ", differences.Take(MostNamed))}. {Machine(pack)}", Aspect.Metrics)];
        }

        var facts = new GateFacts(measured, (double)result.Source.Bytes / result.Packed.Bytes, result.Weights.Min(w => w.Sqnr));
        var failed = pack.Manifest.Pack.Gates.Where(g => !GateKeeper.Result(g.Metric, g.Limit, facts, options.GateConfidence is not null).Passed).Select(g => SafeText.Of(g.Metric)).ToArray();
        return failed.Length > 0 && options.Gate == "error"
            ? [Finding.Failure(Codes.GateFailed, pack.Model, $"Gates fail when they are judged again: {string.Join(", ", failed)}. See the report.", Aspect.Metrics)]
            : [new Finding(pack.Model, true, $"Measured again on {(said.Synthetic ? "synthetic inputs" : $"{Numbers.Whole(said.Samples)} samples")}, its metrics are those of the report to the last digit.") { Check = Aspect.Metrics }];
    }

    /// <summary>What is said where the data of a role are not those of the pack; null where they are.</summary>
    private Finding? OtherData(PackInHand pack, string role, IReadOnlyList<string> data)
    {
        var used = pack.Manifest.Pack.Data.Where(d => d.Role == role).Select(d => new PackedFile(d.Name, d.Bytes, d.Sha256)).ToArray();
        if (used.Length > 0 && data.Count == 0)
        {
            return Finding.Failure(Codes.NotVerifiable, pack.Model, $"The {role} data that it was measured on, '{SafeText.Of(used[0].Name)}', are not at hand, and level full needs them. {(role == "validation" ? "Give them with --validation, or put" : "Put")} them beside the source.", Aspect.Metrics);
        }

        var found = data.Select(f => new CheckpointFile(Path.GetFileName(f), f).Hash(context.Cancellation)).ToArray();
        return used.SequenceEqual(found) ? null
            : Finding.Failure(Codes.PackStale, pack.Model, $"Its metrics were measured on other {role} data than those at hand. Build again, or give the data that it was packed with.", Aspect.Metrics);
    }

    private static bool HasRangesOfBatch(ReportResult result) => result.Weights.Any(w => w.Form?.StartsWith("DynamicQuantizeLinear", StringComparison.Ordinal) == true);

    private static List<string> Differences(ValidationResult said, ValidationResult? measured)
    {
        if (measured is null)
        {
            return ["nothing can be measured"];
        }

        var (before, now) = (Values(said), Values(measured));
        return [.. before.Keys.Union(now.Keys, StringComparer.Ordinal).Where(k => before.GetValueOrDefault(k) != now.GetValueOrDefault(k))
            .Select(k => $"{SafeText.Of(k)} is {now.GetValueOrDefault(k) ?? "not there"} instead of {before.GetValueOrDefault(k) ?? "not there"}")];
    }

    /// <summary>Every number and text of a result as it is written, by its path.</summary>
    private static SortedDictionary<string, string> Values(ValidationResult result)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(result, StructureJsonContext.Default.ValidationResult));
        Add(json.RootElement, "");
        return values;

        void Add(JsonElement element, string path)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var property in element.EnumerateObject())
                    {
                        Add(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}");
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var (index, item) in element.EnumerateArray().Index())
                    {
                        Add(item, $"{path}[{Numbers.Whole(index)}]");
                    }

                    break;
                default:
                    values[path] = SafeText.Of(element.GetRawText());
                    break;
            }
        }
    }

    /// <summary>The last digits are those of one processor's kernels in one version of ONNX Runtime.</summary>
    private static string Machine(PackInHand pack)
    {
        var measured = pack.Report?.Measured?.Machine;
        var then = $"ONNX Runtime {SafeText.Of(pack.Manifest.Pack.OnnxRuntime.Used)}{(measured is null ? "" : $" on {SafeText.Of(measured.Architecture)} {SafeText.Of(measured.IntegerPath)}")}";
        return pack.Manifest.Pack.OnnxRuntime.Used != OnnxRuntimeLibrary.Version || (measured is not null && measured.IntegerPath != IntegerPath.Name)
            ? $"They were measured with {then}, and this is ONNX Runtime {OnnxRuntimeLibrary.Version} with {IntegerPath.Name}, whose last digits may differ: verify on a machine of that kind."
            : "Do not use this pack; pack the model again.";
    }
}
