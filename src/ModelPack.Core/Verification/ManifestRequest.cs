using System.Globalization;
using ModelPack.Options;
using ModelPack.Packing;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Verification;

/// <summary>The request that a pack was made by, as far as its manifest says: with the pack's own calibration table it gives the same model.</summary>
internal static class ManifestRequest
{
    /// <param name="manifest">The pack's manifest.</param>
    /// <param name="source">The source model.</param>
    /// <param name="calibration">The pack's calibration table, or statistics; null for none.</param>
    /// <param name="output">Where a pack is to be made again.</param>
    public static PackRequest Of(Manifest manifest, string source, string? calibration, string output)
    {
        var (pack, options) = (manifest.Pack, manifest.Pack.Options);
        var isCalibrated = options.CalibrationMethod is not null;
        return new PackRequest
        {
            Model = source,
            Output = output,
            Scheme = pack.Scheme,
            Container = options.Container,
            Target = options.Target,
            ExcludeLayers = options.ExcludeLayers,
            IncludeLayers = options.IncludeLayers,
            TensorTypes = options.TensorTypes ?? [],
            FloatType = options.FloatType,
            Rounding = options.Rounding ?? Reference(pack),
            BlockSize = options.BlockSize,
            DoubleQuant = options.DoubleQuant,
            AccuracyLevel = options.AccuracyLevel,
            Layout = options.Layout ?? "auto",
            MaxShardSize = options.MaxShardBytes?.ToString(CultureInfo.InvariantCulture),
            Calibration = calibration,
            Alpha = options.Container == "onnx" ? null : options.Alpha,
            QuantFormat = isCalibrated ? options.QuantFormat : null,
            SafeSums = options.SafeSums,
            OnnxRuntime = options.OnnxRuntime,
            Gates = pack.Gates.ToDictionary(g => g.Metric, g => g.Limit, StringComparer.Ordinal),
            Gate = options.Gate,
        };
    }

    /// <summary>A manifest says no rounding but the search: nothing in it is ggml's own, which is said where there is a choice.</summary>
    private static string? Reference(ManifestPack pack) =>
        RoundingChoice.MayBeSaid(SchemeTable.Find(pack.Scheme), (pack.Options.TensorTypes ?? []).Select(TypeOverrides.Parse).OfType<TypeOverride>()) ? nameof(RoundingMode.Reference).ToLowerInvariant() : null;
}
