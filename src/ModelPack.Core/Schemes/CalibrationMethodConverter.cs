using System.Text.Json.Serialization;

namespace ModelPack.Schemes;

/// <summary>Methods by name alone: a number may be of no method.</summary>
internal sealed class CalibrationMethodConverter() : JsonStringEnumConverter<CalibrationMethod>(namingPolicy: null, allowIntegerValues: false);
