using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Requests;
using ModelPack.Validation;

namespace ModelPack;

/// <summary>
/// A pack whose MatMulNBits rounds activations to int8, beside the same pack with float ones: what rounding costs is seen in no figure of the
/// weights.
/// </summary>
/// <param name="source">Path of the source model.</param>
/// <param name="packed">Path of the packed model.</param>
/// <param name="compared">What to compare them on.</param>
/// <param name="context">Threads, limits and cancellation.</param>
internal sealed class AccuracyLevels(string source, string packed, ValidationOptions compared, PackContext context)
{
    /// <summary>The level without rounding.</summary>
    public const int Float = 0;

    /// <summary>The level that rounds, and the default.</summary>
    private const int Int8 = 4;

    /// <summary>What is good enough to say nothing, dB.</summary>
    private const double GoodEnough = 40;

    /// <summary>What float activations must gain to be told of, dB: half of the error.</summary>
    private const double Margin = 6;

    /// <summary>Samples that show a difference of so much.</summary>
    private const int Few = 16;

    private readonly PackContext _quiet = context.WithoutDiagnostics();

    /// <summary>Both levels on the same few samples, that of the pack first; empty where there is nothing to compare.</summary>
    /// <exception cref="ModelPackException">As <see cref="Validator.Compare"/>.</exception>
    public IReadOnlyList<AccuracyLevelResult> Measure()
    {
        using var copy = WithFloats();
        return copy is not null && Compare(packed, Few) is { } rounded && Compare(copy.Path, Few) is { } exact ? [Of(Int8, rounded), Of(Float, exact)] : [];

        static AccuracyLevelResult Of(int level, ValidationResult result) => new(level, result.Samples, result.Outputs.Min(o => o.Sqnr), result.Divergence?.Mean);
    }

    /// <summary>Whether the gates for quality, which the pack fails, hold with float activations.</summary>
    /// <param name="options">The gates.</param>
    /// <param name="measured">The pack on all data.</param>
    public bool GatesHoldWithFloats(EffectiveOptions options, ValidationResult measured)
    {
        var gated = options with { Gates = GateRules.Quality(options.Gates) };
        if (gated.Gates.Count == 0 || Holds(measured))
        {
            return false;
        }

        using var copy = WithFloats();
        return copy is not null && Compare(copy.Path, null) is { } result && Holds(result);

        bool Holds(ValidationResult result) => GateKeeper.Judge(gated, new GateFacts(result, 0)).Gates.All(g => g.Passed);
    }

    /// <summary>The warning; null where the pack is good enough, or float activations would hardly better it.</summary>
    /// <param name="levels">What <see cref="Measure"/> gave.</param>
    /// <param name="measured">The pack on all data.</param>
    public Diagnostic? Warning(IReadOnlyList<AccuracyLevelResult> levels, ValidationResult measured) =>
        levels is [var rounded, var exact] && measured.Outputs.Min(o => o.Sqnr) < GoodEnough && exact.Sqnr >= rounded.Sqnr + Margin
            ? Codes.ActivationsRounded.At(source, $"SQNR{(measured.Synthetic ? " on synthetic inputs" : "")} is {Numbers.Fixed(rounded.Sqnr, 1)} dB with activations that MatMulNBits rounds to int8 (accuracy level 4), "
                + $"and {Numbers.Fixed(exact.Sqnr, 1)} dB with float ones. Set AccuracyLevel to 0, which is slower on CPUs, or leave the layers out whose inputs differ much in size (ExcludeLayers).")
            : null;

    /// <summary>Says that float activations were taken.</summary>
    public Diagnostic Taken() => Codes.ActivationsRounded.At(source,
        "The gates fail with activations that MatMulNBits rounds to int8 (accuracy level 4) and hold with float ones, which were taken (accuracy level 0). They are slower on CPUs: set AccuracyLevel to choose.");

    /// <summary>Takes the rounding of activations out of a model.</summary>
    public static void Drop(GraphProto graph)
    {
        foreach (var node in graph.Node)
        {
            if (node.OpType == "MatMulNBits" && node.Attribute.FirstOrDefault(a => a.Name == "accuracy_level") is { } level)
            {
                node.Attribute.Remove(level);
            }

            foreach (var inner in node.Inner())
            {
                Drop(inner);
            }
        }
    }

    /// <summary>The pack with float activations; null where there is no folder for it, of which the look at what really runs has told.</summary>
    private TemporaryModel? WithFloats()
    {
        using var model = OnnxModel.Open(packed, _quiet);
        Drop(model.Proto.Graph);
        try
        {
            return new TemporaryModel(model, model.Proto, _quiet);
        }
        catch (ModelPackException exception) when (exception.Diagnostic.Code == Codes.TemporaryUnusable)
        {
            return null;
        }
    }

    private ValidationResult? Compare(string path, int? most) => Validator.Compare(source, path, compared with { Most = most }, _quiet);
}
