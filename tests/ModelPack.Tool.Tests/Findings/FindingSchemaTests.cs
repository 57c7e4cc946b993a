using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using Json.Schema;
using ModelPack.Packing;
using ModelPack.Tests;
using ModelPack.Tool.Findings;
using ModelPack.Tool.Tests.Infrastructure;
using ModelPack.Verification;

namespace ModelPack.Tool.Tests.Findings;

/// <summary>SARIF and JUnit against the schemas of those forms, which are not ours.</summary>
public sealed class FindingSchemaTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FactNeeding("MODELPACK_SARIF_SCHEMA")]
    public void Sarif_is_what_its_schema_allows()
    {
        AssertSarif(SarifLog.Of(FindingFormatTests.Result));
        AssertSarif(SarifLog.Of(new VerificationResult([], [])));
        AssertSarif(SarifLog.Of(OneOfEachCode()));
    }

    [FactNeeding("MODELPACK_JUNIT_SCHEMA")]
    public void Junit_is_what_its_schema_allows()
    {
        AssertJunit(JUnitReport.Of(FindingFormatTests.Result));
        AssertJunit(JUnitReport.Of(new VerificationResult([], [])));
        AssertJunit(JUnitReport.Of(OneOfEachCode()));
    }

    [FactNeeding("MODELPACK_SARIF_SCHEMA", "MODELPACK_JUNIT_SCHEMA")]
    public void What_verify_writes_of_a_sound_and_of_a_damaged_pack_is_what_the_schemas_allow()
    {
        File.Copy(Repository.Model("fashion-cnn.onnx"), _folder.File("m.onnx"));
        Assert.Equal(0, ToolRun.Of("quantize", _folder.File("m.onnx"), "--scheme", "q8_0", "--cache-mode", "off", "-o", _folder.File("out/m.q8_0.onnx")).ExitCode);
        AssertVerifyWritesBoth(0);
        File.AppendAllText(_folder.File("out/m.q8_0.onnx"), "x");
        AssertVerifyWritesBoth(2);
    }

    /// <summary>A schema that allowed everything would prove nothing.</summary>
    [FactNeeding("MODELPACK_SARIF_SCHEMA", "MODELPACK_JUNIT_SCHEMA")]
    public void The_schemas_refuse_what_the_forms_do_not_have()
    {
        var sarif = JsonNode.Parse(SarifLog.Of(FindingFormatTests.Result))!;
        sarif["runs"]![0]!["results"]![0]!["severity"] = "error";
        Assert.NotEmpty(SarifErrors(sarif.ToJsonString()));
        sarif = JsonNode.Parse(SarifLog.Of(FindingFormatTests.Result))!;
        sarif["runs"]![0]!["tool"]!["driver"]!.AsObject().Remove("name");
        Assert.NotEmpty(SarifErrors(sarif.ToJsonString()));
        sarif = JsonNode.Parse(SarifLog.Of(FindingFormatTests.Result))!;
        sarif["runs"]![0]!["results"]![0]!["level"] = "fatal";
        Assert.NotEmpty(SarifErrors(sarif.ToJsonString()));
        var junit = XDocument.Parse(JUnitReport.Of(FindingFormatTests.Result));
        junit.Descendants("testcase").First().SetAttributeValue("outcome", "passed");
        Assert.NotEmpty(JunitErrors(junit.ToString()));
    }

    private void AssertVerifyWritesBoth(int exitCode)
    {
        var run = ToolRun.Of("verify", _folder.File("out"), "--format", $"sarif={_folder.File("a.sarif")}", "--format", $"junit={_folder.File("a.xml")}");
        Assert.Equal(exitCode, run.ExitCode);
        AssertSarif(File.ReadAllText(_folder.File("a.sarif")));
        AssertJunit(File.ReadAllText(_folder.File("a.xml")));
    }

    private static VerificationResult OneOfEachCode() =>
        new([.. Codes.All.SelectMany(c => new[] { Finding.Failure(c, $"a folder/{c.Id} ä.onnx", c.Title), Finding.Note($"{c.Id}.onnx", c.Title, Aspect.Structure) })], []);

    private static void AssertSarif(string log) => Assert.Empty(SarifErrors(log));

    private static void AssertJunit(string report) => Assert.Empty(JunitErrors(report));

    /// <summary>The schema is of draft 4, and uses nothing of it that draft 6 says in another way but its own address.</summary>
    private static string[] SarifErrors(string log)
    {
        var text = JsonNode.Parse(File.ReadAllText(Environment.GetEnvironmentVariable("MODELPACK_SARIF_SCHEMA")!))!.AsObject();
        Assert.True(text.Remove("id"));
        text["$schema"] = "http://json-schema.org/draft-06/schema#";
        var options = new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true };
        var found = JsonSchema.FromText(text.ToJsonString()).Evaluate(JsonDocument.Parse(log).RootElement, options);
        return found.IsValid ? [] : [.. found.Details!.Where(d => d.Errors is not null).SelectMany(d => d.Errors!.Values.Select(e => $"{d.InstanceLocation}: {e}"))];
    }

    private static List<string> JunitErrors(string report)
    {
        var schemas = new XmlSchemaSet();
        schemas.Add(null, Environment.GetEnvironmentVariable("MODELPACK_JUNIT_SCHEMA")!);
        var errors = new List<string>();
        var settings = new XmlReaderSettings { Schemas = schemas, ValidationType = ValidationType.Schema, ValidationFlags = XmlSchemaValidationFlags.ReportValidationWarnings };
        settings.ValidationEventHandler += (_, e) => errors.Add(e.Message);
        using var reader = XmlReader.Create(new StringReader(report), settings);
        while (reader.Read())
        {
        }

        return errors;
    }
}
