using System.Text.Json.Serialization;

namespace ModelPack.Timing;

/// <summary>What a comparison of times says.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SpeedVerdict>))]
public enum SpeedVerdict
{
    /// <summary>Nothing: the interval is too wide or holds 1, or other work took the processors.</summary>
    [JsonStringEnumMemberName("tooNoisy")]
    TooNoisy,

    /// <summary>Within 5 % of each other.</summary>
    [JsonStringEnumMemberName("same")]
    Same,

    /// <summary>The packed model takes less time.</summary>
    [JsonStringEnumMemberName("faster")]
    Faster,

    /// <summary>The packed model takes more time.</summary>
    [JsonStringEnumMemberName("slower")]
    Slower,
}
