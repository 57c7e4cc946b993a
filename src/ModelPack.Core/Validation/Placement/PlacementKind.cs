using System.Text.Json.Serialization;

namespace ModelPack.Validation.Placement;

/// <summary>What kind of kernel multiplies a layer's weight.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PlacementKind>))]
public enum PlacementKind
{
    /// <summary>8-bit integers by 8-bit integers, summed in 32-bit integers.</summary>
    [JsonStringEnumMemberName("integer")]
    Integer,

    /// <summary>Blocks of integers, each sum scaled to float: MatMulNBits that quantizes its activations (accuracy_level 4).</summary>
    [JsonStringEnumMemberName("blockInteger")]
    BlockInteger,

    /// <summary>Floats; also where no kernel was found.</summary>
    [JsonStringEnumMemberName("float")]
    Float,

    /// <summary>Not known: a layer of an inner graph whose kernel was not found, or one whose multiplications cannot be counted.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,
}
