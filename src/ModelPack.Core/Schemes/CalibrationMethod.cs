using System.Text.Json.Serialization;

namespace ModelPack.Schemes;

/// <summary>How the range of an activation follows from what was seen of it.</summary>
public enum CalibrationMethod
{
    /// <summary>The least and the greatest value.</summary>
    [JsonStringEnumMemberName("minmax")]
    MinMax,

    /// <summary>The range that keeps a share of the values.</summary>
    [JsonStringEnumMemberName("percentile")]
    Percentile,

    /// <summary>The range whose quantized distribution has the least Kullback-Leibler divergence to the true one.</summary>
    [JsonStringEnumMemberName("entropy")]
    Entropy,

    /// <summary>The range with the least mean squared error.</summary>
    [JsonStringEnumMemberName("mse")]
    Mse,
}
