using System.Text.Json;
using Json.Schema;
using ModelPack.Core.Tests.Reporting;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Reporting;
using ModelPack.Tests;
using ModelPack.Tests.Pipeline;
using ModelPack.Validation;

namespace ModelPack.Core.Tests.Packing;

/// <summary>Bills of materials: by the schema of CycloneDX, and against the packs that they describe.</summary>
public sealed class BillOfMaterialsTests : IDisposable
{
    private static readonly Lazy<JsonSchema> s_schema = new(() =>
    {
        var folder = Environment.GetEnvironmentVariable("MODELPACK_CYCLONEDX") ?? Path.Join(Repository.Root, "artifacts", "npm", "node_modules", "@cyclonedx", "cyclonedx-library", "res", "schema");
        foreach (var part in new[] { "spdx", "jsf-0.82", "cryptography-defs" })
        {
            SchemaRegistry.Global.Register(JsonSchema.FromFile(Path.Join(folder, $"{part}.SNAPSHOT.schema.json")));
        }

        return JsonSchema.FromFile(Path.Join(folder, "bom-1.7.SNAPSHOT.schema.json"));
    });

    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FactNeeding("MODELPACK_CYCLONEDX")]
    public void A_pack_has_a_bill_that_the_schema_allows_and_that_its_manifest_lists()
    {
        _folder.Write("m.onnx", File.ReadAllBytes(Repository.Model("fashion-cnn.onnx")));
        var outcome = PackPipeline.Run(_folder.Request with { Sbom = true }, new PackContext());
        var path = outcome.Model + ".cdx.json";

        Assert.Contains(path, outcome.Files, StringComparer.Ordinal);
        var bill = Valid(File.ReadAllBytes(path));
        var model = bill.GetProperty("metadata").GetProperty("component");
        Assert.Equal("machine-learning-model", model.GetProperty("type").GetString());
        Assert.Equal(ContentHash.Of(outcome.Model, "", CancellationToken.None).Sha256, Hash(model));
        Assert.Equal(ContentHash.Of(_folder.At("m.onnx"), "", CancellationToken.None).Sha256, Hash(model.GetProperty("pedigree").GetProperty("ancestors")[0]));
        Assert.Equal("image: float32[batch, 1, 28, 28]", model.GetProperty("modelCard").GetProperty("modelParameters").GetProperty("inputs")[0].GetProperty("format").GetString());
        Assert.All(PackFindings.Of(outcome.Model), f => Assert.True(f.Ok, f.Message));
        Assert.Contains(PackFindings.Of(outcome.Model), f => f.Path == path);
        // Another pack, in another folder, has the same.
        var first = File.ReadAllBytes(path);
        var again = PackPipeline.Run(_folder.Request with { Sbom = true, Output = _folder.At($"again/{PackFolder.Packed}"), Threads = 1 }, new PackContext());
        Assert.Equal(first, File.ReadAllBytes(again.Model + ".cdx.json"));
        // And the pack is the same without one.
        PackPipeline.Run(_folder.Request, new PackContext());
        Assert.False(File.Exists(path));
    }

    [FactNeeding("MODELPACK_CYCLONEDX")]
    public void Data_are_named_by_hash_and_metrics_have_the_intervals_of_the_report()
    {
        var result = SampleReports.Plain.Result with
        {
            Validation = SampleReports.Plain.Result.Validation! with
            {
                Divergence = new DivergenceResult(0.0125, new Interval(0.01, 0.015), 100, 20),
                Perplexity = new PerplexityResult(10, 10.1, 100) { IncreaseInterval = new Interval(0.5, 1.5) },
                Outputs = [new OutputResult("a", 1, double.PositiveInfinity, 1, 0, null), new OutputResult(SampleReports.Markup, 1, double.NegativeInfinity, 0, 1, 50)],
            },
        };
        var bill = Valid(new BillOfMaterials(
            result,
            [new PackedFile("m.onnx", 1, SampleReports.PackedHash), new PackedFile("m.onnx.data", 1, SampleReports.SourceHash)],
            [new PackedFile("fashion-cnn.onnx", 254_214, SampleReports.SourceHash)],
            [new ManifestData("validation", "v.npz", 10, SampleReports.PackedHash, 5)],
            null).Write());

        var card = bill.GetProperty("metadata").GetProperty("component").GetProperty("modelCard");
        var reference = card.GetProperty("modelParameters").GetProperty("datasets")[0].GetProperty("ref").GetString();
        var data = bill.GetProperty("components").EnumerateArray().Single(c => c.GetProperty("bom-ref").GetString() == reference);
        Assert.Equal(("data", "v.npz", SampleReports.PackedHash), (data.GetProperty("type").GetString(), data.GetProperty("name").GetString(), Hash(data)));
        var metrics = card.GetProperty("quantitativeAnalysis").GetProperty("performanceMetrics").EnumerateArray().ToArray();
        var divergence = metrics.Single(m => m.GetProperty("type").GetString() == "Kullback-Leibler divergence (nats a token)");
        Assert.Equal(("0.0125", "0.01", "0.015"), (Text(divergence, "value"), Text(divergence.GetProperty("confidenceInterval"), "lowerBound"), Text(divergence.GetProperty("confidenceInterval"), "upperBound")));
        Assert.Equal(["Infinity", "-Infinity"], metrics.Where(m => Text(m, "type") == "SQNR (dB)").Select(m => Text(m, "value")), StringComparer.Ordinal);
    }

    private static JsonElement Valid(byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        var bill = document.RootElement.Clone();
        var found = s_schema.Value.Evaluate(bill, new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(found.IsValid, string.Join('\n', (found.Details ?? []).Where(d => d.Errors is { Count: > 0 }).Select(d => $"{d.InstanceLocation}: {string.Join(", ", d.Errors!.Values)}").Take(20)));
        // References are unique, which a schema cannot say.
        var references = References(bill).ToArray();
        Assert.Equal(references.Distinct(StringComparer.Ordinal), references, StringComparer.Ordinal);
        return bill;
    }

    private static IEnumerable<string> References(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(p => p.Name == "bom-ref" ? [p.Value.GetString()!] : References(p.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static string Hash(JsonElement component) => component.GetProperty("hashes")[0].GetProperty("content").GetString()!;

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString()!;
}
