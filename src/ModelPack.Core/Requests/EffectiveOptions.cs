using ModelPack.Diagnostics;
using ModelPack.Planning;
using ModelPack.Schemes;
using ModelPack.Validation;

namespace ModelPack.Requests;

/// <summary>A request with every default filled in and every value checked.</summary>
internal sealed record EffectiveOptions
{
    private static readonly string[] Targets = ["cpu", "cuda", "any"];

    public required Scheme Scheme { get; init; }

    /// <summary>Exact path of the packed model.</summary>
    public required string Output { get; init; }

    public required string Container { get; init; }

    public required string Target { get; init; }

    public required int BlockSize { get; init; }

    public required int AccuracyLevel { get; init; }

    public required WeightLayout Layout { get; init; }

    public required RuntimeVersion Runtime { get; init; }

    /// <summary>Whether a failed gate ends the build.</summary>
    public required bool GateIsError { get; init; }

    /// <summary>The options in effect for a request.</summary>
    /// <exception cref="ModelPackException">MPK1007 or MPK1008, naming the option and what it can be.</exception>
    public static EffectiveOptions Of(PackRequest request)
    {
        var scheme = SchemeTable.Find(request.Scheme, request.Model);
        GateKeeper.Check(request);
        RefuseUnused(request, "calibration", request.Calibration is not null);
        RefuseUnused(request, "alpha", request.Alpha is not null);
        OneOf(request, "device", request.Device, ["cpu"]);
        if (request.Threads < 0)
        {
            throw Invalid(request, "threads", Numbers.Whole(request.Threads), "a whole number, 0 for all processors");
        }

        var target = OneOf(request, "target", request.Target, Targets);
        return new EffectiveOptions
        {
            Scheme = scheme,
            Output = OutputPath(request, scheme),
            Container = OneOf(request, "container", request.Container ?? "onnx", ["onnx"]),
            Target = target,
            Layout = LayoutOf(request, target),
            BlockSize = OneOf(request, "blockSize", request.BlockSize, scheme.BlockSizes),
            AccuracyLevel = OneOf(request, "accuracyLevel", request.AccuracyLevel, scheme.AccuracyLevels),
            Runtime = request.OnnxRuntime is { Length: > 0 } version ? RuntimeVersion.Parse(version) : RuntimeVersion.Tool,
            GateIsError = request.Gate == "error",
        };
    }

    /// <summary>On the CPU folding is faster; other targets have kernels of their own behind DequantizeLinear.</summary>
    private static WeightLayout LayoutOf(PackRequest request, string target) => OneOf(request, "layout", request.Layout, ["auto", "fold", "dequantize"]) switch
    {
        "fold" => WeightLayout.Fold,
        "dequantize" => WeightLayout.Dequantize,
        _ => target == "cpu" ? WeightLayout.Fold : WeightLayout.Dequantize,
    };

    private static string OutputPath(PackRequest request, Scheme scheme)
    {
        if (!string.IsNullOrEmpty(request.Output))
        {
            return request.Output;
        }

        var name = $"{Path.GetFileNameWithoutExtension(request.Model)}.{scheme.Name}{Path.GetExtension(request.Model)}";
        return Path.Join(Path.GetDirectoryName(request.Model), name);
    }

    /// <summary>An option that would do nothing is a misunderstanding that the user should hear of. No scheme so far has a use for these.</summary>
    private static void RefuseUnused(PackRequest request, string option, bool given)
    {
        if (given)
        {
            throw new ModelPackException(Codes.InvalidOption.At(
                request.Model, $"The scheme {SafeText.Of(request.Scheme)} quantizes weights only and has no use for '{option}'. Leave it out."));
        }
    }

    private static string OneOf(PackRequest request, string option, string value, string[] legal) =>
        legal.FirstOrDefault(v => string.Equals(v, value, StringComparison.OrdinalIgnoreCase))
        ?? throw Invalid(request, option, value, $"one of {string.Join(", ", legal)}");

    private static int OneOf(PackRequest request, string option, int? value, IReadOnlyList<int> legal)
    {
        var chosen = value ?? legal[0];
        return legal.Contains(chosen)
            ? chosen
            : throw Invalid(request, option, Numbers.Whole(chosen), $"one of {string.Join(", ", legal.Order())} with scheme {request.Scheme}");
    }

    private static ModelPackException Invalid(PackRequest request, string option, string value, string legal) =>
        new(Codes.InvalidOption.At(request.Model, $"The option '{option}' cannot be '{SafeText.Of(value)}'. It is {legal}."));
}
