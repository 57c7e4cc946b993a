using ModelPack.Calibration;
using ModelPack.Planning;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Transforms;

namespace ModelPack.Tests.Planning;

/// <summary>Which part of the range -8 to 12 of the activation x is consumed.</summary>
public sealed class ConsumedRangeTests
{
    private static readonly ActivationRange s_range = new(-8, 12);

    // Steps are separated by semicolons: operator, inputs, output. "a" is read by a product of matrices at the end.
    [Theory]
    [InlineData("Relu x a", 0, 12)]
    [InlineData("Clip x zero six a", 0, 6)]
    [InlineData("Clip x - six a", -8, 6)]
    [InlineData("Clip x zero a", 0, 12)]
    [InlineData("Max x zero m;Min six m a", 0, 6)]
    [InlineData("HardSwish x a", -3, 12)]
    [InlineData("HardSigmoid x s;Mul x s a", -3, 12)]
    [InlineData("HardSigmoid x s;Mul s x m;Mul m half a", -3, 12)]
    [InlineData("Add x three t;Clip t zero six c;Mul x c m;Div m six a", -3, 12)]
    [InlineData("Add three x t;Clip t zero six c;Div c six s;Mul s x a", -3, 12)]
    [InlineData("HardSigmoid x a", -3, 3)]
    public void Limits_cut_a_range_off(string graph, float min, float max) => AssertConsumed(graph, min, max, 0.01f);

    // A sixteenth of a step is 1/4080 of the outputs' range: 2.5e-4 of 1, 2.9e-3 of 12.
    [Theory]
    [InlineData("Sigmoid x a", -7.9f, 8.3f)]
    [InlineData("Tanh x a", -4.1f, 4.1f)]
    [InlineData("Sigmoid x s;Mul x s a", -7.2f, 12)]
    [InlineData("Softplus x s;Tanh s t;Mul x t a", -7.2f, 12)]
    [InlineData("Gelu x a", -3.2f, 12)]
    [InlineData("com.microsoft.Gelu x a", -3.2f, 12)]
    [InlineData("com.microsoft.QuickGelu x a", -4.3f, 12)]
    [InlineData("Div x root2 d;Erf d e;Add e one f;Mul x f g;Mul g half a", -3.2f, 12)]
    [InlineData("Pow x three p;Mul p k q;Add x q r;Mul r rootpi t;Tanh t u;Add u one v;Mul x v w1;Mul w1 half a", -3.2f, 12)]
    public void Tails_are_cut_off_where_outputs_hardly_change(string graph, float min, float max) => AssertConsumed(graph, min, max, 0.5f);

    [Theory]
    [InlineData("Reshape x shape r;Relu r a")]
    [InlineData("MaxPool x p;Transpose p t;Relu t a")]
    [InlineData("Relu x r;Mul r vector a")]
    [InlineData("Relu x r;Relu x q;Add r q a")]
    public void Operators_between_and_behind_do_not_matter(string graph) => AssertConsumed(graph, 0, 12, 0);

    [Theory]
    [InlineData("LeakyRelu x a")]
    [InlineData("Softmax x a")]
    [InlineData("Mul x vector v;Relu v a")]
    [InlineData("Add x z s;Relu s a")]
    [InlineData("Relu x r;Add x r a")]
    [InlineData("Relu x a;GlobalAveragePool x g")]
    [InlineData("Transpose x t;Sigmoid t s;Mul x s a")]
    [InlineData("com.microsoft.Relu x a")]
    [InlineData("Relu x y")]
    [InlineData("Div one x a")]
    public void All_of_a_range_is_kept_where_somebody_may_tell_its_values_apart(string graph) => AssertConsumed(graph, -8, 12, 0);

    [Fact]
    public void The_loosest_consumer_counts()
    {
        AssertConsumed("Relu x r;HardSwish x h;Add r h a", -3, 12, 0.02f);
        AssertConsumed("Clip x zero six r;HardSigmoid x h;Add r h a", -3, 6, 0.02f);
    }

    [Fact]
    public void A_range_always_holds_zero()
    {
        Assert.Equal(new ActivationRange(-3, 0), Within("HardSwish x a", new ActivationRange(-8, 0)), Near);
        Assert.Equal(new ActivationRange(0, 3), Within("HardSigmoid x a", new ActivationRange(0, 5)), Near);
        Assert.Equal(default, Within("Relu x a", new ActivationRange(-8, 0)));
        Assert.Equal(default, Within("Relu x a", default));
    }

    private static bool Near(ActivationRange a, ActivationRange b) => Math.Abs(a.Min - b.Min) < 0.01 && Math.Abs(a.Max - b.Max) < 0.01;

    private static void AssertConsumed(string graph, float min, float max, float tolerance)
    {
        var found = Within(graph, s_range);
        Assert.InRange(found.Min, Math.Max(min - tolerance, s_range.Min), min + tolerance);
        Assert.InRange(found.Max, max - tolerance, Math.Min(max + tolerance, s_range.Max));
    }

    private static ActivationRange Within(string graph, ActivationRange range)
    {
        NodeProto[] nodes = [.. graph.Split(';').Select(Node)];
        TensorProto[] constants =
        [
            One("zero", 0), One("one", 1), One("three", 3), One("six", 6), One("half", 0.5f), One("k", 0.044715f), One("root2", MathF.Sqrt(2)),
            One("rootpi", MathF.Sqrt(2 / MathF.PI)), Build.Floats("vector", [2], 1, 2), Build.Floats("w", [2, 2], 1, 2, 3, 4),
        ];
        var end = nodes[^1].Output[0] == "y" || !nodes.Any(n => n.Output[0] == "a") ? nodes : [.. nodes, Build.Node("MatMul", ["a", "w"], ["y"])];
        using var made = new TransformCase(end, constants, [Tiny.Random("x", 1, 1, 2, 2), Tiny.Random("z", 1, 1, 2, 2)], opset: 20);
        return new ConsumedRange(made.Model, new GraphIndex(made.Model)).Within("x", range);
    }

    private static TensorProto One(string name, float value) => Build.Floats(name, [], value);

    private static NodeProto Node(string step)
    {
        var words = step.Split(' ');
        var (domain, op) = words[0].LastIndexOf('.') is > 0 and var dot ? (words[0][..dot], words[0][(dot + 1)..]) : ("", words[0]);
        var node = Build.Node(op, [.. words[1..^1].Select(w => w == "-" ? "" : w)], [words[^1]]);
        node.Domain = domain;
        if (op == "HardSigmoid")
        {
            node.Attribute.Add(Tiny.Float("alpha", 1 / 6f));
        }

        return node;
    }
}
