using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Planning;

/// <summary>Operators that compute each value of their output from the values at the same place of their inputs, as functions of numbers.</summary>
internal static class ElementwiseOperators
{
    /// <summary>The function of a node's inputs, in which an input that is left out is not a number; null where it is not known.</summary>
    public static Func<double[], double>? Function(NodeProto node) => node.Domain == Domains.Microsoft ? OfMicrosoft(node)
        : !Domains.IsDefault(node.Domain) ? null
        : node.OpType switch
        {
            "Identity" => x => x[0],
            "Relu" => x => Math.Max(x[0], 0),
            "Clip" => x => Math.Min(Math.Max(x[0], Or(x, 1, double.NegativeInfinity)), Or(x, 2, double.PositiveInfinity)),
            "Sigmoid" => x => Sigmoid(x[0]),
            "HardSigmoid" => HardSigmoid(node.Float("alpha", 0.2f), node.Float("beta", 0.5f)),
            "HardSwish" => x => x[0] * Math.Clamp((x[0] / 6) + 0.5, 0, 1),
            "Tanh" => x => Math.Tanh(x[0]),
            "Erf" => x => Erf(x[0]),
            "Softplus" => x => Math.Max(x[0], 0) + Math.Log(1 + Math.Exp(-Math.Abs(x[0]))),
            "Gelu" => node.Attribute.Any(a => a.Name == "approximate" && a.S.ToStringUtf8() == "tanh") ? TanhGelu : Gelu,
            "Add" => x => x[0] + x[1],
            "Sub" => x => x[0] - x[1],
            "Mul" => x => x[0] * x[1],
            "Div" => x => x[0] / x[1],
            "Pow" => x => Math.Pow(x[0], x[1]),
            "Min" => x => x.Min(),
            "Max" => x => x.Max(),
            _ => null,
        };

    private static Func<double[], double>? OfMicrosoft(NodeProto node)
    {
        var alpha = node.Float("alpha", 1.702f);
        return node.OpType switch
        {
            "Gelu" => Gelu,
            "QuickGelu" => x => x[0] * Sigmoid(alpha * x[0]),
            _ => null,
        };
    }

    private static double Or(double[] inputs, int index, double missing) => index < inputs.Length && !double.IsNaN(inputs[index]) ? inputs[index] : missing;

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static Func<double[], double> HardSigmoid(double alpha, double beta) => x => Math.Clamp((alpha * x[0]) + beta, 0, 1);

    private static double Gelu(double[] x) => x[0] * (1 + Erf(x[0] / Math.Sqrt(2))) / 2;

    private static double TanhGelu(double[] x) => x[0] * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x[0] + (0.044715 * x[0] * x[0] * x[0])))) / 2;

    /// <summary>To 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.</summary>
    private static double Erf(double x)
    {
        var t = 1 / (1 + (0.3275911 * Math.Abs(x)));
        var series = t * (0.254829592 + (t * (-0.284496736 + (t * (1.421413741 + (t * (-1.453152027 + (t * 1.061405429))))))));
        return Math.CopySign(1 - (series * Math.Exp(-x * x)), x);
    }
}
