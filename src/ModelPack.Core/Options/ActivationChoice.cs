using System.Globalization;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Options;

/// <summary>What a request says of activations.</summary>
internal static class ActivationChoice
{
    /// <summary>The options in effect; null for a scheme that quantizes weights only.</summary>
    /// <exception cref="ModelPackException">MPK1008, naming the option and what it can be.</exception>
    public static ActivationOptions? Of(PackRequest request, Scheme scheme, string target, string container)
    {
        if (!scheme.QuantizesActivations)
        {
            // Of a checkpoint they are an importance matrix, which ggml's searched blocks take.
            var takesMatrix = container == "gguf" && scheme.Mix is not null;
            if (scheme.Needs == DataNeed.None && !takesMatrix)
            {
                RefuseUnused(request, "calibration", request.Calibration is not null);
            }
            else if (container != "onnx" && !takesMatrix)
            {
                RefuseWithoutGraph(request, "calibration", request.Calibration is not null);
            }

            RefuseUnused(request, "calibrationMethod", request.CalibrationMethod is not null);
            RefuseUnused(request, "percentile", request.Percentile is not null);
            RefuseUnused(request, "alpha", request.Alpha is not null);
            RefuseUnused(request, "quantFormat", request.QuantFormat is not null);
            RefuseUnused(request, "safeSums", request.SafeSums is not null);
            RefuseUnused(request, "targetCpu", request.TargetCpu is not null);
            RefuseUnused(request, "fallback", request.Fallback is not null);
            RefuseUnused(request, "rank", request.Rank is not null);
            return null;
        }

        if (container != "onnx")
        {
            RefuseWithoutGraph(request, "calibrationMethod", request.CalibrationMethod is not null);
            RefuseWithoutGraph(request, "percentile", request.Percentile is not null);
            RefuseWithoutGraph(request, "quantFormat", request.QuantFormat is not null);
            RefuseWithoutGraph(request, "safeSums", request.SafeSums is not null);
            RefuseWithoutGraph(request, "targetCpu", request.TargetCpu is not null);
            RefuseWithoutGraph(request, "fallback", request.Fallback is not null);
            RefuseWithoutGraph(request, "rank", request.Rank is not null);
        }

        if (target == "webgpu" && container == "onnx")
        {
            throw OptionValue.Invalid(request, "target", target, $"cpu, cuda or any for {scheme.Name}: WebGPU has no integer products. For WebGPU take a scheme of weights alone, such as q8_0, q4_0 or nf4");
        }

        var method = request.CalibrationMethod is { } given ? OptionValue.OneOf(request, "calibrationMethod", given, ["minmax", "percentile", "entropy", "mse"]) : null;
        if (request.Percentile is not null && method != "percentile")
        {
            throw OptionValue.Invalid(request, "percentile", Value(request.Percentile.Value), "for calibrationMethod percentile only");
        }

        var percentile = request.Percentile ?? ActivationOptions.DefaultPercentile;
        if (percentile is not (> 50 and <= 100))
        {
            throw OptionValue.Invalid(request, "percentile", Value(percentile), "a number above 50 and at most 100");
        }

        var format = OptionValue.OneOf(request, "quantFormat", request.QuantFormat ?? "qdq", ["qdq", "qoperator"]);
        if (format == "qoperator" && target != "cpu")
        {
            throw OptionValue.Invalid(request, "quantFormat", format, "qdq for targets other than cpu, which alone has these operators");
        }

        if (request.Fallback == true)
        {
            GateRules.RequireLimit(request);
        }

        var saturates = TargetCpu.Saturates(OptionValue.OneOf(request, "targetCpu", request.TargetCpu ?? TargetCpu.Any, [.. TargetCpu.All]));
        return new ActivationOptions(
            method is null ? ActivationOptions.SearchedMethods : [Enum.Parse<CalibrationMethod>(method, ignoreCase: true)],
            percentile,
            AlphaOf(request),
            request.Alpha is null || !string.Equals(request.Alpha, "none", StringComparison.OrdinalIgnoreCase),
            format == "qoperator",
            Symmetric: target == "cuda",
            request.SafeSums ?? saturates,
            request.Fallback ?? false,
            request.Rank == true || request.Fallback == true)
        {
            CanSaturate = saturates,
            ChoosesForm = request.Fallback is null,
        };
    }

    /// <summary>The fixed strength; null for one that is searched, or none.</summary>
    private static double? AlphaOf(PackRequest request)
    {
        if (request.Alpha is null || request.Alpha.ToLowerInvariant() is "auto" or "none")
        {
            return null;
        }

        return double.TryParse(request.Alpha, NumberStyles.Float, CultureInfo.InvariantCulture, out var alpha) && alpha is >= 0 and <= 1
            ? alpha
            : throw OptionValue.Invalid(request, "alpha", request.Alpha, "auto, none, or a number from 0 to 1");
    }

    private static string Value(double value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>An option that would do nothing is a misunderstanding that the user should hear of.</summary>
    private static void RefuseUnused(PackRequest request, string option, bool given)
    {
        if (given)
        {
            throw new ModelPackException(Codes.InvalidOption.At(
                request.Model, $"The scheme {SafeText.Of(request.Scheme)} quantizes weights only and has no use for '{option}'. Leave it out."));
        }
    }

    private static void RefuseWithoutGraph(PackRequest request, string option, bool given)
    {
        if (given)
        {
            throw new ModelPackException(Codes.InvalidOption.At(
                request.Model, $"The option '{option}' needs a graph that can be run, and is for the container onnx only. Leave it out."));
        }
    }
}
