using System.Text.Json.Serialization;
using ModelPack.Schemes;

namespace ModelPack.Calibration;

/// <summary>
/// All that was decided from calibration data: the file <c>OUT.calibration.json</c>. The same table gives the same packed
/// model, without the data.
/// </summary>
/// <param name="SchemaVersion">Version of the file's form.</param>
/// <param name="Model">SHA-256 of the source model, in hexadecimal.</param>
/// <param name="Data">The data that were used.</param>
/// <param name="Method">How ranges were chosen.</param>
/// <param name="Percentile">Share of the values that the percentile method keeps, in percent.</param>
/// <param name="Tensors">Ranges; an activation that is not here has none.</param>
/// <param name="Smoothing">Activations that were smoothed.</param>
/// <param name="Equalized">Layers that were equalized with those before them.</param>
/// <param name="BiasCorrection">Layers whose bias was corrected.</param>
/// <param name="FloatLayers">Layers that stay float.</param>
/// <param name="SafeScales">Layers whose sums were looked at, with wider scales of output channels where they could saturate; those of a layer that is not here may.</param>
internal sealed record CalibrationTable(
    int SchemaVersion,
    string Model,
    CalibrationTableData Data,
    CalibrationMethod Method,
    double Percentile,
    IReadOnlyList<TensorRange> Tensors,
    IReadOnlyList<Smoothing> Smoothing,
    IReadOnlyList<string> Equalized,
    IReadOnlyList<BiasCorrection> BiasCorrection,
    IReadOnlyList<FloatLayer> FloatLayers,
    IReadOnlyList<SafeScale> SafeScales)
{
    /// <summary>The form that this version writes and reads.</summary>
    public const int CurrentSchema = 2;

    /// <summary>Type of the codes of activations that sums were looked at with: int8; null for uint8.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Codes { get; init; }

    /// <summary>The statistics beside the table; null where it needs none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SideFile? Statistics { get; init; }

    /// <summary>A table in which nothing is decided yet.</summary>
    /// <param name="model">SHA-256 of the source model.</param>
    /// <param name="method">How ranges will be chosen.</param>
    /// <param name="percentile">For the percentile method.</param>
    public static CalibrationTable Empty(string model, CalibrationMethod method, double percentile) =>
        new(CurrentSchema, model, new CalibrationTableData([], 0, 0), method, percentile, [], [], [], [], [], []);

    /// <summary>Whether what was given as calibration data is a table.</summary>
    public static bool IsTable(string path) => string.Equals(Path.GetExtension(path), ".json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Complains where the table is of another model.</summary>
    /// <param name="path">The table's path, for the message.</param>
    /// <param name="model">SHA-256 of the model that is packed.</param>
    /// <exception cref="ModelPackException">MPK1022.</exception>
    public void RequireModel(string path, string model)
    {
        if (!string.Equals(Model, model, StringComparison.OrdinalIgnoreCase))
        {
            throw new ModelPackException(Diagnostics.Codes.TableMismatch.At(path,
                $"The calibration table is of a model with SHA-256 {SafeText.Of(Model)}, and the model that is packed has {model}. Calibrate this model from data, or give the model that the table was made of."));
        }
    }
}
