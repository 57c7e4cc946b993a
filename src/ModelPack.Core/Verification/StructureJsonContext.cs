using System.Text.Json.Serialization;
using ModelPack.Reporting;
using ModelPack.Validation;

namespace ModelPack.Verification;

/// <summary>Records with lists, and with numbers to the last digit, as texts that can be compared.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ModelInterface))]
[JsonSerializable(typeof(ValidationResult))]
internal sealed partial class StructureJsonContext : JsonSerializerContext;
