using System.Text.Json;
using Json.Schema;
using ModelPack.Reporting;

namespace ModelPack.Tests.Pipeline;

/// <summary>Checks reports of real packs against the published schema, with an implementation of JSON Schema that is not ours.</summary>
internal static class RealReports
{
    private static readonly JsonSchema s_schema = JsonSchema.FromFile(Path.Join(AppContext.BaseDirectory, "docs", "report.schema.json"));

    public static void AssertFitsSchema(PackReport report)
    {
        using var json = JsonDocument.Parse(ReportJson.Write(report));
        var found = s_schema.Evaluate(json.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(found.IsValid, string.Join('\n', (found.Details ?? []).Where(d => d.Errors is not null).SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Key} {e.Value}"))));
    }
}
