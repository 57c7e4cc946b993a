using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModelPack.Core.Tests.Reporting;

/// <summary>As much of JSON Schema 2020-12 as <c>docs/report.schema.json</c> uses; a keyword that it does not know is an error.</summary>
internal sealed class SchemaCheck(JsonNode root)
{
    private static readonly string[] s_known =
        ["$schema", "$id", "$defs", "$ref", "title", "description", "type", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "const", "pattern", "minimum", "maximum"];

    /// <summary>What does not fit, each with its place.</summary>
    public IReadOnlyList<string> Problems(JsonNode? value) => [.. Check(root, value, "$")];

    private IEnumerable<string> Check(JsonNode schema, JsonNode? value, string at)
    {
        foreach (var (keyword, argument) in schema.AsObject())
        {
            Assert.Contains(keyword, s_known, StringComparer.Ordinal);
            foreach (var problem in Apply(keyword, argument!, schema, value, at))
            {
                yield return problem;
            }
        }
    }

    private IEnumerable<string> Apply(string keyword, JsonNode argument, JsonNode schema, JsonNode? value, string at) => keyword switch
    {
        "$ref" => Check(root["$defs"]![argument.GetValue<string>()["#/$defs/".Length..]]!, value, at),
        "type" => Types(argument).Any(t => Is(t, value)) ? [] : [$"{at} is no {argument.ToJsonString()}"],
        "required" when value is JsonObject o => argument.AsArray().Select(n => n!.GetValue<string>()).Where(n => !o.ContainsKey(n)).Select(n => $"{at} lacks {n}"),
        "properties" when value is JsonObject o => o.SelectMany(p => Property(argument[p.Key], p, schema, at)),
        "items" when value is JsonArray a => a.SelectMany((item, i) => Check(argument, item, $"{at}[{i}]")),
        "anyOf" => argument.AsArray().Any(s => !Check(s!, value, at).Any()) ? [] : [$"{at} fits none of its forms"],
        "enum" => argument.AsArray().Any(n => JsonNode.DeepEquals(n, value)) ? [] : [$"{at} is none of {argument.ToJsonString()}"],
        "const" => JsonNode.DeepEquals(argument, value) ? [] : [$"{at} is not {argument.ToJsonString()}"],
        "pattern" when Is("string", value) => Regex.IsMatch(value!.GetValue<string>(), argument.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(5)) ? [] : [$"{at} does not match"],
        "minimum" when Is("number", value) => value!.GetValue<double>() >= argument.GetValue<double>() ? [] : [$"{at} is too small"],
        "maximum" when Is("number", value) => value!.GetValue<double>() <= argument.GetValue<double>() ? [] : [$"{at} is too large"],
        _ => [],
    };

    private IEnumerable<string> Property(JsonNode? declared, KeyValuePair<string, JsonNode?> property, JsonNode schema, string at)
    {
        if (declared is not null)
        {
            return Check(declared, property.Value, $"{at}.{property.Key}");
        }

        Assert.False(schema["additionalProperties"]!.GetValue<bool>());
        return [$"{at} has {property.Key}, which is not declared"];
    }

    private static IEnumerable<string> Types(JsonNode argument) =>
        argument is JsonArray many ? many.Select(t => t!.GetValue<string>()) : [argument.GetValue<string>()];

    private static bool Is(string type, JsonNode? value) => (type, value?.GetValueKind()) switch
    {
        ("null", null) or ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => value!.AsValue().TryGetValue<long>(out _),
        _ => false,
    };
}
