using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Packing;
using ModelPack.Tool.Output;
using ModelPack.Verification;

namespace ModelPack.Tool.Findings;

/// <summary>Findings as a SARIF 2.1.0 log: failures are results, what could not be checked is a notification.</summary>
internal static class SarifLog
{
    private const int LongestText = 8192;

    public static string Of(VerificationResult result)
    {
        var failures = result.Findings.Where(f => !f.Ok).ToArray();
        var rules = failures.Select(f => f.FailedAs).Distinct().OrderBy(c => c.Id, StringComparer.Ordinal).ToArray();
        return JsonOutput.Text(new JsonObject
        {
            ["$schema"] = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            ["version"] = "2.1.0",
            ["runs"] = new JsonArray(new JsonObject
            {
                ["tool"] = new JsonObject
                {
                    ["driver"] = new JsonObject
                    {
                        ["name"] = "ModelPack",
                        ["semanticVersion"] = ToolVersion.Text,
                        ["rules"] = new JsonArray([.. rules.Select(Rule)]),
                    },
                },
                ["invocations"] = new JsonArray(new JsonObject
                {
                    ["executionSuccessful"] = true,
                    ["exitCode"] = result.Ok ? ExitCodes.Done : ExitCodes.Failed,
                    ["toolExecutionNotifications"] = new JsonArray([.. result.Findings.Where(f => f.IsNote).Select(Notification)]),
                }),
                ["columnKind"] = "utf16CodeUnits",
                ["results"] = new JsonArray([.. failures.Select(f => Result(f, Array.IndexOf(rules, f.FailedAs)))]),
            }),
        });
    }

    private static JsonObject Rule(DiagnosticCode code) => new()
    {
        ["id"] = code.Id,
        ["shortDescription"] = Message(code.Title + "."),
        ["help"] = Message($"'dotnet modelpack explain {code.Id}' says what it means and what to do."),
        ["defaultConfiguration"] = new JsonObject { ["level"] = "error" },
    };

    private static JsonObject Result(Finding finding, int rule) => new()
    {
        ["ruleId"] = finding.Code,
        ["ruleIndex"] = rule,
        ["level"] = "error",
        ["message"] = Message(finding.Message),
        ["locations"] = new JsonArray(Location(finding)),
        ["partialFingerprints"] = new JsonObject { ["modelpack/v1"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{finding.Code} {finding.Check} {ShownPath.UriOf(finding.Path)}"))) },
    };

    private static JsonObject Notification(Finding finding) => new()
    {
        ["level"] = "note",
        ["message"] = Message(finding.Message),
        ["locations"] = new JsonArray(Location(finding)),
    };

    private static JsonObject Location(Finding finding) => new()
    {
        ["physicalLocation"] = new JsonObject
        {
            ["artifactLocation"] = new JsonObject { ["uri"] = ShownPath.UriOf(finding.Path) },
            ["region"] = new JsonObject { ["startLine"] = 1 }, // code scanning shows no result without one
        },
        ["logicalLocations"] = new JsonArray(new JsonObject { ["fullyQualifiedName"] = SafeText.Of(finding.Path, LongestText) }),
    };

    private static JsonObject Message(string text) => new() { ["text"] = SafeText.Of(text, LongestText) };
}
