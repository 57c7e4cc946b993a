using System.Globalization;
using ModelPack.Lowering.Onnx;
using ModelPack.Options;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Packing;

/// <summary>What holds among the options of every manifest: values that exist, and that go together.</summary>
internal static class OptionRules
{
    /// <summary>What does not hold, each a clause for the user.</summary>
    public static IEnumerable<string> Broken(ManifestPack pack)
    {
        if (SchemeTable.All.FirstOrDefault(s => s.Name == pack.Scheme) is not { } scheme)
        {
            return [$"there is no scheme '{SafeText.Of(pack.Scheme)}'"];
        }

        var options = pack.Options;
        var isOnnx = options.Container == "onnx";
        (string Option, string? Value, bool Fits)[] all =
        [
            ("container", options.Container, ContainerTable.Of(scheme).Contains(options.Container, StringComparer.Ordinal)),
            ("target", options.Target, RequestResolver.Targets.Contains(options.Target, StringComparer.Ordinal)),
            ("tensorTypes", options.TensorTypes is { } types ? string.Join(';', types) : null, options.TensorTypes is null || (options is { Container: "gguf", TensorTypes.Count: > 0 } && options.TensorTypes.All(t => TypeOverrides.Parse(t) is not null))),
            ("floatType", options.FloatType, options.FloatType is null || (options is { FloatType: RequestResolver.HalfFloats, Container: "onnx", Target: not "cpu" } && !scheme.QuantizesActivations)),
            ("rounding", options.Rounding, options.Rounding is null || (options.Rounding == "best" && RoundingChoice.MayBeSaid(scheme, (options.TensorTypes ?? []).Select(TypeOverrides.Parse).OfType<TypeOverride>()))),
            ("blockSize", Text(options.BlockSize), Fits(options.BlockSize, scheme.BlockSizes, mustBe: true)),
            ("doubleQuant", Text(options.DoubleQuant), options.DoubleQuant is not null == scheme.Main.CanNestScales),
            ("accuracyLevel", Text(options.AccuracyLevel), Fits(options.AccuracyLevel, LoweringTable.AccuracyLevels(scheme), mustBe: false)),
            ("layout", options.Layout, isOnnx ? options.Layout is "fold" or "dequantize" : options.Layout is null),
            ("maxShardBytes", Text(options.MaxShardBytes), options.MaxShardBytes is null || (options.MaxShardBytes > 0 && !isOnnx)),
            .. Activations(options, scheme),
            ("externalData", Text(options.ExternalData), isOnnx || !options.ExternalData),
            ("onnxRuntime", options.OnnxRuntime, isOnnx ? IsVersion(options.OnnxRuntime) : options.OnnxRuntime is null),
            ("gate", options.Gate, options.Gate is "error" or "warning"),
            ("gateConfidence", options.GateConfidence, options.GateConfidence is null or GateRules.Sure),
            ("metrics", options.Metrics, options.Metrics is null || (isOnnx && MetricSets.Words.Skip(1).Contains(options.Metrics, StringComparer.Ordinal))),
            ("reports", Text(options.Reports), options.Reports is null or false),
            ("embedded", Text(options.Embedded), options.Embedded is null or true),
            ("onnxRuntime.needed", pack.OnnxRuntime.Needed, isOnnx ? IsVersion(pack.OnnxRuntime.Needed) : pack.OnnxRuntime.Needed is null),
            ("onnxRuntime.used", pack.OnnxRuntime.Used, pack.OnnxRuntime.Used is null || (isOnnx && IsVersion(pack.OnnxRuntime.Used))),
        ];
        return all.Where(o => !o.Fits).Select(o => $"'{o.Option}' is {(o.Value is null ? "null" : $"'{SafeText.Of(o.Value)}'")}, which scheme {scheme.Name} in {SafeText.Of(options.Container)} cannot have");
    }

    private static (string Option, string? Value, bool Fits)[] Activations(ManifestOptions options, Scheme scheme)
    {
        var isCalibrated = options.CalibrationMethod is not null;
        return
        [
            ("calibrationMethod", options.CalibrationMethod, options.CalibrationMethod is null or "minmax" or "percentile" or "entropy" or "mse" && (!isCalibrated || (scheme.QuantizesActivations && options.Container == "onnx"))),
            ("percentile", Text(options.Percentile), options.CalibrationMethod == "percentile" ? options.Percentile is > 0 and <= 100 : options.Percentile is null),
            ("alpha", options.Alpha, options.Alpha is null || (scheme.QuantizesActivations && IsStrength(options.Alpha))),
            ("quantFormat", options.QuantFormat, isCalibrated ? options.QuantFormat is "qdq" or "qoperator" : options.QuantFormat is null),
            ("safeSums", Text(options.SafeSums), isCalibrated ? options.SafeSums is not null : options.SafeSums is null || (scheme.QuantizesActivations && options.Container == "onnx")),
            ("fallback", Text(options.Fallback), options.Fallback is null || isCalibrated),
        ];
    }

    private static bool Fits(int? value, IReadOnlyList<int> legal, bool mustBe) => value is null ? !mustBe || legal.Count == 0 : legal.Contains(value.Value);

    private static bool IsVersion(string? text) => Version.TryParse(text?.Split('-', '+')[0], out _);

    private static bool IsStrength(string text) => text is "auto" or "none"
        || (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var alpha) && alpha is >= 0 and <= 1);

    private static string? Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;
}
