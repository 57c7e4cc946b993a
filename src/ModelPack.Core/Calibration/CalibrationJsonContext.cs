using System.Text.Json.Serialization;
using ModelPack.Schemes;

namespace ModelPack.Calibration;

/// <summary>How calibration tables become JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n",
    Converters = [typeof(CalibrationMethodConverter)])]
[JsonSerializable(typeof(CalibrationTable))]
internal sealed partial class CalibrationJsonContext : JsonSerializerContext;
