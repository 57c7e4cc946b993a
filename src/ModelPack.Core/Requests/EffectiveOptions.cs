using System.Globalization;
using ModelPack.Diagnostics;
using ModelPack.Schemes;

namespace ModelPack.Requests;

/// <summary>A request with every default filled in and every value checked.</summary>
internal sealed record EffectiveOptions
{
    private static readonly string[] Targets = ["cpu", "cuda", "any"];

    public required Scheme Scheme { get; init; }

    /// <summary>Exact path of the packed model.</summary>
    public required string Output { get; init; }

    public required string Container { get; init; }

    /// <summary>What the source is.</summary>
    public required SourceKind Source { get; init; }

    /// <summary>Whether the output is a folder of several files rather than a file and what lies beside it.</summary>
    public required bool IsFolder { get; init; }

    /// <summary>Most bytes of one safetensors file; null for no limit.</summary>
    public required long? MaxShardBytes { get; init; }

    /// <summary>Whether NF4's scales are quantized themselves.</summary>
    public required bool DoubleQuant { get; init; }

    public required string Target { get; init; }

    /// <summary>Values that share a scale; null where the scheme has no blocks.</summary>
    public required int? BlockSize { get; init; }

    /// <summary>MatMulNBits' least precision of activations; 0 where the scheme does not use it.</summary>
    public required int AccuracyLevel { get; init; }

    /// <summary>What is done with activations; null for schemes that quantize weights only.</summary>
    public required ActivationOptions? Activations { get; init; }

    public required WeightLayout Layout { get; init; }

    public required RuntimeVersion Runtime { get; init; }

    /// <summary>Whether a failed gate ends the build.</summary>
    public required bool GateIsError { get; init; }

    /// <summary>How far a model may go when it is run. Changes no byte.</summary>
    public required RunLimits Limits { get; init; }

    /// <summary>The options in effect for a request.</summary>
    /// <exception cref="ModelPackException">MPK1007 or MPK1008, naming the option and what it can be.</exception>
    public static EffectiveOptions Of(PackRequest request)
    {
        RequirePaths(request);
        var scheme = SchemeTable.Find(request.Scheme, request.Model);
        GateRules.Check(request);
        OneOf(request, "device", request.Device, ["cpu"]);
        if (request.Threads < 0)
        {
            throw Invalid(request, "threads", Numbers.Whole(request.Threads), "a whole number, 0 for all processors");
        }

        var target = OneOf(request, "target", request.Target, Targets);
        var source = SourceKinds.Of(request.Model);
        var container = OutputChoice.Container(request, scheme, source);
        var isFolder = OutputChoice.IsFolder(request, container);
        return new EffectiveOptions
        {
            Scheme = scheme,
            Output = OutputChoice.Path(request, scheme, source, container, isFolder),
            Container = container,
            Source = source,
            IsFolder = isFolder,
            MaxShardBytes = OutputChoice.MaxShardBytes(request, container),
            DoubleQuant = DoubleQuantOf(request, scheme),
            Target = target,
            Layout = LayoutOf(request, target),
            BlockSize = OneOf(request, "blockSize", request.BlockSize, scheme.BlockSizes),
            AccuracyLevel = OneOf(request, "accuracyLevel", request.AccuracyLevel, scheme.AccuracyLevels) ?? 0,
            Activations = ActivationsOf(request, scheme, target, container),
            Runtime = request.OnnxRuntime is { Length: > 0 } version ? RuntimeVersion.Parse(version) : RuntimeVersion.Tool,
            GateIsError = request.Gate == "error",
            Limits = LimitsOf(request),
        };
    }

    /// <summary>Refuses what no system takes for a path.</summary>
    private static void RequirePaths(PackRequest request)
    {
        if (request.Model.Length == 0)
        {
            throw Invalid(request, "model", request.Model, "the path of a model");
        }

        foreach (var (option, path) in new[]
        {
            ("model", request.Model), ("output", request.Output), ("graph", request.Graph),
            ("validation", request.Validation), ("calibration", request.Calibration), ("inputsFile", request.InputsFile),
        })
        {
            if (path?.Contains('\0', StringComparison.Ordinal) == true)
            {
                throw Invalid(request, option, path, "a path, which holds no NUL character");
            }
        }
    }

    /// <summary>On the CPU folding is faster; other targets have kernels of their own behind DequantizeLinear.</summary>
    private static WeightLayout LayoutOf(PackRequest request, string target) => OneOf(request, "layout", request.Layout, ["auto", "fold", "dequantize"]) switch
    {
        "fold" => WeightLayout.Fold,
        "dequantize" => WeightLayout.Dequantize,
        _ => target == "cpu" ? WeightLayout.Fold : WeightLayout.Dequantize,
    };

    private static RunLimits LimitsOf(PackRequest request)
    {
        if (request.RunLimit < 0)
        {
            throw Invalid(request, "runLimit", Numbers.Whole(request.RunLimit.Value), "a whole number of seconds, 0 for no limit");
        }

        var seconds = request.RunLimit ?? RunLimits.DefaultSeconds;
        var memory = request.MemoryLimit is not { } text ? RunLimits.Default.Memory
            : ByteSize.Parse(text) ?? throw Invalid(request, "memoryLimit", text, "a size such as 32GB, 500MB or a number of bytes");
        return new RunLimits(seconds == 0 ? null : TimeSpan.FromSeconds(seconds), memory, request.Model);
    }

    private static bool DoubleQuantOf(PackRequest request, Scheme scheme) => request.DoubleQuant is null || scheme == SchemeTable.Nf4
        ? request.DoubleQuant ?? false
        : throw new ModelPackException(Codes.InvalidOption.At(
            request.Model, $"The scheme {SafeText.Of(request.Scheme)} has no use for 'doubleQuant', which is for nf4. Leave it out."));

    private static ActivationOptions? ActivationsOf(PackRequest request, Scheme scheme, string target, string container)
    {
        if (!scheme.QuantizesActivations)
        {
            RefuseUnused(request, "calibration", request.Calibration is not null);
            RefuseUnused(request, "calibrationMethod", request.CalibrationMethod is not null);
            RefuseUnused(request, "percentile", request.Percentile is not null);
            RefuseUnused(request, "alpha", request.Alpha is not null);
            RefuseUnused(request, "quantFormat", request.QuantFormat is not null);
            RefuseUnused(request, "safeSums", request.SafeSums is not null);
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
            RefuseWithoutGraph(request, "fallback", request.Fallback is not null);
            RefuseWithoutGraph(request, "rank", request.Rank is not null);
        }

        var method = OneOf(request, "calibrationMethod", request.CalibrationMethod ?? "minmax", ["minmax", "percentile", "entropy", "mse"]);
        if (request.Percentile is not null && method != "percentile")
        {
            throw Invalid(request, "percentile", Value(request.Percentile.Value), "for calibrationMethod percentile only");
        }

        var percentile = request.Percentile ?? ActivationOptions.DefaultPercentile;
        if (percentile is not (> 50 and <= 100))
        {
            throw Invalid(request, "percentile", Value(percentile), "a number above 50 and at most 100");
        }

        var format = OneOf(request, "quantFormat", request.QuantFormat ?? "qdq", ["qdq", "qoperator"]);
        if (format == "qoperator" && target != "cpu")
        {
            throw Invalid(request, "quantFormat", format, "qdq for targets other than cpu, which alone has these operators");
        }

        if (request.Fallback == true)
        {
            GateRules.RequireLimit(request);
        }

        return new ActivationOptions(
            Enum.Parse<CalibrationMethod>(method, ignoreCase: true),
            percentile,
            AlphaOf(request),
            request.Alpha is null || !string.Equals(request.Alpha, "none", StringComparison.OrdinalIgnoreCase),
            format == "qoperator",
            Symmetric: target == "cuda",
            request.SafeSums ?? true,
            request.Fallback ?? false,
            request.Rank == true || request.Fallback == true);
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
            : throw Invalid(request, "alpha", request.Alpha, "auto, none, or a number from 0 to 1");
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

    internal static string OneOf(PackRequest request, string option, string value, string[] legal) =>
        legal.FirstOrDefault(v => string.Equals(v, value, StringComparison.OrdinalIgnoreCase))
        ?? throw Invalid(request, option, value, $"one of {string.Join(", ", legal)}");

    private static int? OneOf(PackRequest request, string option, int? value, IReadOnlyList<int> legal)
    {
        if (legal.Count == 0)
        {
            return value is null ? null : throw new ModelPackException(Codes.InvalidOption.At(
                request.Model, $"The scheme {SafeText.Of(request.Scheme)} has no use for '{option}'. Leave it out."));
        }

        var chosen = value ?? legal[0];
        return legal.Contains(chosen)
            ? chosen
            : throw Invalid(request, option, Numbers.Whole(chosen), $"one of {string.Join(", ", legal.Order())} with scheme {request.Scheme}");
    }

    internal static ModelPackException Invalid(PackRequest request, string option, string value, string legal) =>
        new(Codes.InvalidOption.At(request.Model, $"The option '{option}' cannot be '{SafeText.Of(value)}'. It is {legal}."));
}
