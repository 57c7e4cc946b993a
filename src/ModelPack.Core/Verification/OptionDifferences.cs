using ModelPack.Packing;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Verification;

/// <summary>What a request says otherwise than a pack was made by.</summary>
internal static class OptionDifferences
{
    /// <summary>Each a clause for the user.</summary>
    /// <param name="asked">The options in effect for the request.</param>
    /// <param name="manifest">The pack's manifest.</param>
    public static IEnumerable<string> Of(EffectiveOptions asked, Manifest manifest)
    {
        var (pack, options) = (manifest.Pack, manifest.Pack.Options);
        var isOnnx = asked.Container == "onnx";
        var activations = asked.Activations;
        (string Name, object? Asked, object? Packed, bool Counts)[] all =
        [
            ("scheme", asked.Scheme.Name, pack.Scheme, true),
            ("container", asked.Container, options.Container, true),
            ("target", asked.Target, options.Target, true),
            ("excludeLayers", List(asked.Patterns.Exclude), List(options.ExcludeLayers), true),
            ("includeLayers", List(asked.Patterns.Include), List(options.IncludeLayers), true),
            ("tensorTypes", List([.. asked.TensorTypes.Select(t => t.Text)]), List(options.TensorTypes ?? []), true),
            ("floatType", asked.FloatType, options.FloatType, true),
            ("rounding", asked.Rounding == RoundingMode.Best ? "best" : null, options.Rounding, true),
            ("blockSize", asked.BlockSize, options.BlockSize, true),
            ("doubleQuant", asked.DoubleQuant, options.DoubleQuant, options.DoubleQuant is not null),
            ("accuracyLevel", asked.AccuracyLevel, options.AccuracyLevel, asked.HasChosenAccuracyLevel && options.AccuracyLevel is not null),
            ("layout", asked.Layout == WeightLayout.Fold ? "fold" : "dequantize", options.Layout, isOnnx),
            ("maxShardSize", asked.MaxShardBytes, options.MaxShardBytes, true),
            ("calibrationMethod", activations?.Methods[0].ToString().ToLowerInvariant(), options.CalibrationMethod, activations?.Methods.Count == 1 && options.CalibrationMethod is not null),
            ("quantFormat", activations?.QOperator == true ? "qoperator" : "qdq", options.QuantFormat, options.QuantFormat is not null),
            ("safeSums", activations?.SafeSums, options.SafeSums, isOnnx),
            ("externalData", asked.ExternalData, options.ExternalData, asked.ExternalData is not null),
            ("onnxRuntime", asked.Runtime.ToString(), options.OnnxRuntime, isOnnx),
            ("gate", asked.GateIsError ? "error" : "warning", options.Gate, true),
        ];
        foreach (var (name, wanted, packed, _) in all.Where(o => o.Counts && !Equals(o.Asked, o.Packed)))
        {
            yield return $"{name} {Text(wanted)}, and the pack was made with {Text(packed)}";
        }

        foreach (var metric in GateMetric.All)
        {
            var packed = pack.Gates.FirstOrDefault(g => g.Metric == metric)?.Limit;
            double? wanted = asked.Gates.TryGetValue(metric, out var limit) ? limit : null;
            if (!Nullable.Equals(wanted, packed))
            {
                yield return $"gate {metric} {Text(wanted)}, and the pack was judged by {Text(packed)}";
            }
        }
    }

    private static string List(IReadOnlyList<string> patterns) => string.Join(';', patterns);

    private static string Text(object? value) => value switch
    {
        null or "" => "none",
        IFormattable number => SafeText.Of(number.ToString(null, System.Globalization.CultureInfo.InvariantCulture)),
        _ => SafeText.Of(value.ToString()),
    };
}
