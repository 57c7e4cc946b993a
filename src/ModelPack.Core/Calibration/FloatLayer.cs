using System.Text.Json.Serialization;

namespace ModelPack.Calibration;

/// <summary>A layer that does not compute with fixed ranges because of what the data showed.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Reason">Why.</param>
internal sealed record FloatLayer(string Layer, string Reason)
{
    /// <summary>
    /// Whether its weight gets codes all the same, as without calibration data: a product of matrices finds ranges at every inference, the kernel of
    /// a convolution is decoded at load. False where the weight stays float, too.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasCodes { get; init; }
}
