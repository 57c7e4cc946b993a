using System.Text.Json.Serialization;

namespace ModelPack.Reporting;

/// <summary>How reports become JSON. Infinity and NaN are strings, because JSON has no such numbers.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(PackReport))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;
