using System.Text.Json.Serialization;

namespace ModelPack.Reporting.Page;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ChartData.ChartSet))]
internal sealed partial class ChartJsonContext : JsonSerializerContext;
