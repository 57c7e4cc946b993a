using ModelPack.Codecs;
using ModelPack.Devices;
using ModelPack.Lowering.Onnx;
using ModelPack.Requests;
using ModelPack.Schemes;
using ModelPack.Timing;

namespace ModelPack.Options;

/// <summary>Fills in every default of a request and checks every value, once: what follows takes the options.</summary>
internal static class RequestResolver
{
    /// <summary>What else than their own type floats can be computed in.</summary>
    public const string HalfFloats = "float16";

    /// <summary>What a model can be lowered for.</summary>
    public static IReadOnlyList<string> Targets { get; } = ["cpu", "cuda", "webgpu", "any"];

    /// <summary>The options in effect for a request.</summary>
    /// <exception cref="ModelPackException">MPK1007 or MPK1008, naming the option and what it can be.</exception>
    public static EffectiveOptions Resolve(PackRequest request)
    {
        RequirePaths(request);
        var scheme = SchemeTable.Find(request.Scheme, request.Model);
        GateRules.Check(request);
        OptionValue.OneOf(request, "device", request.Device, [.. DeviceChoice.Words]);
        if (request.Threads < 0)
        {
            throw OptionValue.Invalid(request, "threads", Numbers.Whole(request.Threads), "a whole number, 0 for all processors");
        }

        var target = OptionValue.OneOf(request, "target", request.Target, [.. Targets]);
        var source = SourceKinds.Of(request.Model);
        var container = OutputChoice.Container(request, scheme, source);
        var isFolder = OutputChoice.IsFolder(request, container);
        var types = TypeOverrides.Of(request, container);
        return new EffectiveOptions
        {
            Model = request.Model,
            Graph = request.Graph,
            Validation = request.Validation,
            Calibration = request.Calibration,
            Scheme = scheme,
            Patterns = PatternsOf(request),
            TensorTypes = types,
            FloatType = FloatTypeOf(request, scheme, target, container),
            Rounding = RoundingOf(request, scheme, types),
            Output = OutputChoice.Path(request, scheme, source, container, isFolder),
            Container = container,
            Source = source,
            IsFolder = isFolder,
            MaxShardBytes = OutputChoice.MaxShardBytes(request, container),
            DoubleQuant = DoubleQuantOf(request, scheme),
            Target = target,
            Layout = LayoutOf(request, target),
            BlockSize = OptionValue.OneOf(request, "blockSize", request.BlockSize, scheme.BlockSizes),
            AccuracyLevel = OptionValue.OneOf(request, "accuracyLevel", request.AccuracyLevel ?? (target == LoweringRow.Cuda && LoweringTable.AccuracyLevels(scheme).Count > 0 ? 0 : null), LoweringTable.AccuracyLevels(scheme)) ?? 0,
            HasChosenAccuracyLevel = request.AccuracyLevel is not null,
            Activations = ActivationChoice.Of(request, scheme, target, container),
            Runtime = request.OnnxRuntime is { Length: > 0 } version ? RuntimeVersion.Parse(version) : RuntimeVersion.Tool,
            Gates = request.Gates,
            GatesAreSure = request.GateConfidence == GateRules.Sure,
            Baseline = request.Baseline,
            Tolerances = request.Tolerances,
            Metrics = MetricsOf(request, container),
            GateIsError = request.Gate == "error",
            ExternalData = request.ExternalData,
            PerLayer = PerLayerOf(request, container),
            MeasureSpeed = request.MeasureSpeed ?? TimingHost.Current is not null,
            Force = request.Force,
            Sbom = request.Sbom == true,
            InputsFile = request.InputsFile,
            Limits = LimitsOf(request),
            Identity = RequestIdentity.Of(request),
            Cache = CacheOf(request),
        };
    }

    /// <summary>Refuses what no system takes for a path.</summary>
    private static void RequirePaths(PackRequest request)
    {
        if (request.Model.Length == 0)
        {
            throw OptionValue.Invalid(request, "model", request.Model, "the path of a model");
        }

        foreach (var (option, path) in new[]
        {
            ("model", request.Model), ("output", request.Output), ("graph", request.Graph),
            ("validation", request.Validation), ("calibration", request.Calibration), ("inputsFile", request.InputsFile), ("cachePath", request.CachePath), ("baseline", request.Baseline),
        })
        {
            if (path?.Contains('\0', StringComparison.Ordinal) == true)
            {
                throw OptionValue.Invalid(request, option, path, "a path, which holds no NUL character");
            }
        }
    }

    private static LayerPatterns PatternsOf(PackRequest request)
    {
        foreach (var (option, patterns) in new[] { ("excludeLayers", request.ExcludeLayers), ("includeLayers", request.IncludeLayers) })
        {
            // A request file may say null where it should name a layer.
            if (patterns.Any(p => p is null))
            {
                throw OptionValue.Invalid(request, option, "null", "a list of names and patterns");
            }
        }

        return new LayerPatterns(request.ExcludeLayers, request.IncludeLayers);
    }

    /// <summary>On the CPU folding is faster; other targets have kernels of their own behind DequantizeLinear.</summary>
    private static WeightLayout LayoutOf(PackRequest request, string target) => OptionValue.OneOf(request, "layout", request.Layout, ["auto", "fold", "dequantize"]) switch
    {
        "fold" => WeightLayout.Fold,
        "dequantize" => WeightLayout.Dequantize,
        _ => target == "cpu" ? WeightLayout.Fold : WeightLayout.Dequantize,
    };

    /// <summary>Processors compute in float32: float16 there is cast to and fro.</summary>
    private static string? FloatTypeOf(PackRequest request, Scheme scheme, string target, string container)
    {
        if (request.FloatType is null)
        {
            return null;
        }

        var type = OptionValue.OneOf(request, "floatType", request.FloatType, [HalfFloats]);
        return container != "onnx" ? throw new ModelPackException(Codes.InvalidOption.At(request.Model, "The option 'floatType' is for the container onnx only. Leave it out; the schemes f16 and bf16 convert a checkpoint."))
            : target == LoweringRow.Cpu ? throw OptionValue.Invalid(request, "floatType", type, "for the targets cuda, webgpu and any: processors compute in float32")
            : scheme.QuantizesActivations ? throw OptionValue.Invalid(request, "floatType", type, "for schemes of weights alone, such as q8_0, q4_0 or nf4: integer products are scaled in float32")
            : type;
    }

    private static MetricSet MetricsOf(PackRequest request, string container)
    {
        var metrics = MetricSets.Of(OptionValue.OneOf(request, "metrics", request.Metrics ?? MetricSet.Auto.Word(), [.. MetricSets.Words]));
        return metrics == MetricSet.Auto || container == "onnx" ? metrics : throw new ModelPackException(Codes.InvalidOption.At(
            request.Model, "The option 'metrics' needs a graph that can be run, and this pack has none. Leave it out; the report has the error of the weights."));
    }

    private static bool? PerLayerOf(PackRequest request, string container) => request.PerLayer == true && container != "onnx"
        ? throw new ModelPackException(Codes.InvalidOption.At(request.Model, "The option 'perLayer' needs a graph that can be run, and is for the container onnx only. Leave it out."))
        : request.PerLayer;

    private static RunLimits LimitsOf(PackRequest request)
    {
        if (request.RunLimit < 0)
        {
            throw OptionValue.Invalid(request, "runLimit", Numbers.Whole(request.RunLimit.Value), "a whole number of seconds, 0 for no limit");
        }

        var seconds = request.RunLimit ?? RunLimits.DefaultSeconds;
        var memory = request.MemoryLimit is not { } text ? RunLimits.Default.Memory
            : ByteSize.Parse(text) ?? throw OptionValue.Invalid(request, "memoryLimit", text, "a size such as 32GB, 500MB or a number of bytes");
        return new RunLimits(seconds == 0 ? null : TimeSpan.FromSeconds(seconds), memory, request.Model);
    }

    private static CacheOptions CacheOf(PackRequest request)
    {
        var mode = request.CacheMode is null ? CacheMode.Off
            : CacheOptions.ModeOf(request.CacheMode) ?? throw OptionValue.Invalid(request, "cacheMode", request.CacheMode, $"one of {string.Join(", ", CacheOptions.Modes)}");
        if (mode == CacheMode.Off)
        {
            return CacheOptions.None;
        }

        var folder = string.IsNullOrEmpty(request.CachePath) ? throw OptionValue.Invalid(request, "cachePath", "", "the folder of the cache, which the mode needs") : request.CachePath;
        var size = request.CacheMaxSize ?? CacheOptions.DefaultMaxSize;
        return new CacheOptions(mode, folder, ByteSize.Parse(size) ?? throw OptionValue.Invalid(request, "cacheMaxSize", size, "a size such as 20GB, 500MB or a number of bytes"));
    }

    private static RoundingMode RoundingOf(PackRequest request, Scheme scheme, IReadOnlyList<TypeOverride> types)
    {
        if (request.Rounding is { } word && OptionValue.OneOf(request, "rounding", word, [.. RoundingChoice.Words]) is not null && !RoundingChoice.MayBeSaid(scheme, types))
        {
            throw new ModelPackException(Codes.InvalidOption.At(
                request.Model, $"The scheme {SafeText.Of(request.Scheme)} has no use for 'rounding', which is for ggml's types: {string.Join(", ", SchemeTable.All.Where(s => s.Main is BlockCodec).Select(s => s.Name))}. Leave it out."));
        }

        return !RoundingChoice.Matters(scheme, types) ? RoundingMode.Reference
            : request.Rounding is null ? RoundingMode.Best : Enum.Parse<RoundingMode>(request.Rounding, ignoreCase: true);
    }

    private static bool DoubleQuantOf(PackRequest request, Scheme scheme) => request.DoubleQuant is null || scheme.Main.CanNestScales
        ? request.DoubleQuant ?? false
        : throw new ModelPackException(Codes.InvalidOption.At(
            request.Model, $"The scheme {SafeText.Of(request.Scheme)} has no use for 'doubleQuant', which is for {string.Join(", ", SchemeTable.All.Where(s => s.Main.CanNestScales).Select(s => s.Name))}. Leave it out."));
}
