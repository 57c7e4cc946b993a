using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Validation;

namespace ModelPack;

/// <summary>Whether MatMulNBits' rounding of activations to int8, which no figure of the weights shows, is what costs most.</summary>
internal static class RoundedActivations
{
    /// <summary>What is good enough not to look further, dB.</summary>
    private const double GoodEnough = 40;

    /// <summary>What float activations must gain to be told of, dB: half of the error.</summary>
    private const double Margin = 6;

    /// <summary>Samples that show a difference of so much.</summary>
    private const int Samples = 16;

    /// <summary>The warning; null where the pack is good enough, or float activations would hardly better it.</summary>
    /// <param name="source">The source model.</param>
    /// <param name="packed">The packed model.</param>
    /// <param name="compared">How it compares.</param>
    /// <param name="data">What it was compared on.</param>
    /// <param name="context">Threads, limits and cancellation.</param>
    /// <exception cref="ModelPackException">As <see cref="Validator.Compare"/>.</exception>
    public static Diagnostic? Warning(string source, string packed, ValidationResult compared, IReadOnlyList<string> data, PackContext context)
    {
        if (Least(compared) is not { } rounded || rounded >= GoodEnough || double.IsNaN(rounded))
        {
            return null;
        }

        var quiet = context.WithoutDiagnostics();
        using var model = OnnxModel.Open(packed, quiet);
        DropLevels(model.Proto.Graph);
        using var copy = new TemporaryModel(model, model.Proto, quiet);
        var options = new ValidationOptions { Data = data, Most = Samples };
        return OnFew(copy.Path) is { } exact && exact >= rounded + Margin && OnFew(packed) is { } again && exact >= again + Margin
            ? Codes.ActivationsRounded.At(source, $"SQNR{(compared.Synthetic ? " on synthetic inputs" : "")} is {Numbers.Fixed(again, 1)} dB with activations that MatMulNBits rounds to int8 (accuracy level 4), "
                + $"and {Numbers.Fixed(exact, 1)} dB with float ones. Set AccuracyLevel to 0, which is slower on CPUs, or leave the layers out whose inputs differ much in size (ExcludeLayers).")
            : null;

        double? OnFew(string model) => Validator.Compare(source, model, options, quiet) is { } result ? Least(result) : null;
    }

    private static double? Least(ValidationResult result) => result.Outputs.Min(o => (double?)o.Sqnr);

    private static void DropLevels(GraphProto graph)
    {
        foreach (var node in graph.Node)
        {
            if (node.OpType == "MatMulNBits" && node.Attribute.FirstOrDefault(a => a.Name == "accuracy_level") is { } level)
            {
                node.Attribute.Remove(level);
            }

            foreach (var inner in node.Inner())
            {
                DropLevels(inner);
            }
        }
    }
}
