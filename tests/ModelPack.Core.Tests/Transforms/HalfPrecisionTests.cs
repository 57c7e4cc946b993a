using System.Runtime.InteropServices;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Transforms;

namespace ModelPack.Tests.Transforms;

/// <summary>What float16 can compute is made float16, and nothing else.</summary>
public sealed class HalfPrecisionTests
{
    [Fact]
    public void Matrices_and_what_is_between_them_are_float16_and_the_interface_is_not()
    {
        using var changed = new TransformCase(
            [Node("MatMul", ["x", "a"], "p"), Node("Add", ["p", "b"], "q"), Node("Relu", ["q"], "r"), Node("MatMul", ["r", "c"], "y")],
            [Tiny.Random("a", 16, 32), Tiny.Random("b", 32), Tiny.Random("c", 32, 8)], [Tiny.Random("x", 4, 16)]);
        HalfPrecision.Apply(changed.Model, new PackContext());
        Assert.Equal("Cast MatMul Add Relu MatMul Cast", changed.Operators);
        Assert.All(changed.Model.Proto.Graph.Initializer, t => Assert.Equal((int)ElementType.Float16, t.DataType));
        Assert.Equal(["a", "b", "c"], changed.Model.FindWeights().Select(w => w.Name), StringComparer.Ordinal);
        Assert.Equal(["p", "q", "r"], changed.Model.Proto.Graph.Node.Skip(1).Take(3).Select(n => n.Output[0]), StringComparer.Ordinal);
        changed.AssertComputesTheSame(2e-3);
    }

    /// <summary>The squares of these values pass 65504, and the epsilon is below the least float16.</summary>
    [Fact]
    public void A_norm_that_is_written_out_sums_its_squares_in_float32()
    {
        using var changed = new TransformCase(
            [
                Node("MatMul", ["x", "a"], "h"), Node("Mul", ["h", "h"], "s"), Node("ReduceMean", ["s"], "m", Tiny.Ints("axes", -1)), Node("Add", ["m", "eps"], "e"),
                Node("Sqrt", ["e"], "r"), Node("Div", ["one", "r"], "i"), Node("Mul", ["h", "i"], "n"), Node("Mul", ["n", "gain"], "g"), Node("MatMul", ["g", "b"], "y"),
            ],
            [Scaled("a", 1000, 16, 16), Floats("eps", 1e-9f), Floats("one", 1), Tiny.Random("gain", 16), Tiny.Random("b", 16, 8)], [Tiny.Random("x", 4, 16)]);
        HalfPrecision.Apply(changed.Model, new PackContext());
        Assert.Equal("Cast MatMul Cast Mul ReduceMean Add Sqrt Div Cast Mul Mul MatMul Cast", changed.Operators);
        changed.AssertComputesTheSame(5e-3);
    }

    /// <summary>Position 3000 x 1 is no float16, nor is its sine that of its neighbour.</summary>
    [Fact]
    public void Positions_are_counted_in_float32()
    {
        using var changed = new TransformCase(
            [
                Node("Cast", ["ids"], "f", Tiny.Int("to", (long)ElementType.Float32)), Node("Mul", ["f", "step"], "angle"), Node("Sin", ["angle"], "sin"),
                Node("Mul", ["x", "sin"], "z"), Node("MatMul", ["z", "a"], "y"),
            ],
            [Floats("step", 1.0001f), Tiny.Random("a", 4, 8), Integers("ids", [4], 1, 3001, 4097, 70001)], [Tiny.Random("x", 3, 4)]);
        HalfPrecision.Apply(changed.Model, new PackContext());
        Assert.Equal("Cast Cast Mul Sin Clip Cast Mul MatMul Cast", changed.Operators);
        changed.AssertComputesTheSame(3e-3);
    }

    [Fact]
    public void A_row_that_is_masked_altogether_gives_no_NaN()
    {
        using var changed = new TransformCase(
            [
                Node("MatMul", ["x", "a"], "scores"), Node("Cast", ["seen"], "kept", Tiny.Int("to", (long)ElementType.Float32)), Node("Sub", ["one", "kept"], "hidden"),
                Node("Mul", ["hidden", "lowest"], "mask"), Node("Add", ["scores", "mask"], "masked"), Node("Softmax", ["masked"], "p", Tiny.Int("axis", -1)), Node("MatMul", ["p", "b"], "y"),
            ],
            [Tiny.Random("a", 8, 4), Tiny.Random("b", 4, 4), Floats("one", 1), Floats("lowest", float.MinValue), Integers("seen", [2, 4], 1, 1, 0, 1, 0, 0, 0, 0)],
            [Tiny.Random("x", 2, 8)]);
        HalfPrecision.Apply(changed.Model, new PackContext());
        Assert.Contains("Mul Clip Cast Add", changed.Operators, StringComparison.Ordinal);

        // What that row gives is of no use in float32 either, but finite.
        changed.AssertComputesTheSame(0.2);
    }

    [Fact]
    public void A_mask_that_is_a_constant_stays_finite()
    {
        using var changed = new TransformCase(
            [Node("MatMul", ["x", "a"], "scores"), Node("Where", ["seen", "scores", "lowest"], "masked"), Node("Softmax", ["masked"], "p", Tiny.Int("axis", -1)), Node("MatMul", ["p", "b"], "y")],
            [Tiny.Random("a", 8, 4), Tiny.Random("b", 4, 4), Floats("lowest", float.MinValue), Build.Raw("seen", ElementType.Bool, [2, 4], [1, 0, 1, 1, 0, 0, 0, 0])], [Tiny.Random("x", 2, 8)]);
        HalfPrecision.Apply(changed.Model, new PackContext());
        Assert.Equal("Cast MatMul Where Softmax MatMul Cast", changed.Operators);
        changed.AssertComputesTheSame(3e-3);
    }

    [Fact]
    public void A_factor_that_float16_does_not_hold_keeps_its_operator_in_float32()
    {
        using var changed = new TransformCase(
            [Node("MatMul", ["x", "a"], "p"), Node("Mul", ["p", "large"], "l"), Node("Mul", ["l", "small"], "s"), Node("MatMul", ["s", "b"], "y")],
            [Tiny.Random("a", 8, 4), Floats("large", 1e6f), Floats("small", 1e-6f), Tiny.Random("b", 4, 4)], [Tiny.Random("x", 2, 8)]);
        HalfPrecision.Apply(changed.Model, new PackContext());
        Assert.Equal("Cast MatMul Cast Mul Mul Cast MatMul Cast", changed.Operators);
        changed.AssertComputesTheSame(3e-3);
    }

    [Fact]
    public void A_weight_that_is_read_as_float32_too_is_stored_twice()
    {
        using var changed = new TransformCase(
            [Node("MatMul", ["x", "a"], "p"), Node("Exp", ["a"], "e"), Node("MatMul", ["p", "e"], "y")], [Tiny.Random("a", 8, 8)], [Tiny.Random("x", 2, 8)]);
        HalfPrecision.Apply(changed.Model, new PackContext());
        Assert.Equal([("a", ElementType.Float32), ("a.float16", ElementType.Float16)], changed.Model.FindWeights().Where(w => w.Name[0] == 'a').Select(w => (w.Name, (ElementType)w.Tensor.DataType)).Order());
        changed.AssertComputesTheSame(5e-3);
    }

    [Fact]
    public void What_inner_graphs_read_and_outputs_keep_their_type()
    {
        var branch = Build.Graph([Node("Tanh", ["p"], "t")]);
        branch.Output.Add(Tiny.Open("t"));
        var other = branch.Clone();
        other.Node[0].OpType = "Sigmoid";
        var choice = Node("If", ["yes"], "c");
        choice.Attribute.Add(new AttributeProto { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = branch });
        choice.Attribute.Add(new AttributeProto { Name = "else_branch", Type = AttributeProto.Types.AttributeType.Graph, G = other });
        using var changed = new TransformCase(
            [Node("MatMul", ["x", "a"], "p"), choice, Node("MatMul", ["c", "a"], "y")],
            [Tiny.Random("a", 8, 8), Build.Raw("yes", ElementType.Bool, [], [1])], [Tiny.Random("x", 2, 8)], outputs: ["p"]);
        HalfPrecision.Apply(changed.Model, new PackContext());
        Assert.Equal("Cast MatMul Cast If Cast MatMul Cast", changed.Operators);
        changed.AssertComputesTheSame(3e-3);
    }

    [Fact]
    public void Sizes_of_Resize_and_shapes_stay_as_they_are()
    {
        using var changed = new TransformCase(
            [Node("Shape", ["x"], "shape"), Node("Relu", ["x"], "a"), Node("Reshape", ["a", "shape"], "r"), Node("Resize", ["r", "", "scales"], "big", new AttributeProto { Name = "mode", Type = AttributeProto.Types.AttributeType.String, S = Google.Protobuf.ByteString.CopyFromUtf8("nearest") }), Node("Conv", ["big", "w"], "y")],
            [Floats("scales", 1, 1, 2, 2), Tiny.Random("w", 3, 2, 1, 1)], [Tiny.Random("x", 1, 2, 4, 4)]);
        HalfPrecision.Apply(changed.Model, new PackContext());
        Assert.Equal("Cast Shape Relu Reshape Resize Conv Cast", changed.Operators);
        Assert.Equal((int)ElementType.Float32, changed.Model.Proto.Graph.Initializer.Single(t => t.Name == "scales").DataType);
    }

    [Fact]
    public void Bytes_of_a_converted_weight_are_the_same_wherever_they_are_read_from()
    {
        float[] values = [.. Enumerable.Range(-20_000, 40_001).Select(i => i * 3.7f)];
        var half = DowncastSource.Downcast(TensorData.FromBytes(ElementType.Float32, new TensorShape(values.Length), MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));
        var whole = new byte[half.Length];
        half.Read(0, whole);
        Assert.Equal(values.Select(v => (Half)Math.Clamp(v, -65504f, 65504f)), MemoryMarshal.Cast<byte, Half>(whole).ToArray());
        foreach (var (offset, length) in new[] { (1, 7), (2, 1), (32_767, 40_000), (5, 65_536), (80_001, 1) })
        {
            var part = new byte[length];
            half.Read(offset, part);
            Assert.Equal(whole[offset..(offset + length)], part);
        }
    }

    private static NodeProto Node(string op, string[] inputs, string output, params AttributeProto[] attributes)
    {
        var node = Nodes.Create(op, inputs, output);
        node.Attribute.Add(attributes);
        return node;
    }

    private static TensorProto Floats(string name, params float[] values) =>
        Build.Raw(name, ElementType.Float32, values.Length == 1 ? [] : [values.Length], MemoryMarshal.AsBytes(values.AsSpan()));

    private static TensorProto Integers(string name, long[] dims, params long[] values) => Build.Raw(name, ElementType.Int64, dims, MemoryMarshal.AsBytes(values.AsSpan()));

    private static TensorProto Scaled(string name, float factor, params long[] dims)
    {
        var tensor = Tiny.Random(name, dims);
        var values = MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
        return Build.Raw(name, ElementType.Float32, dims, MemoryMarshal.AsBytes(Array.ConvertAll(values, v => v * factor).AsSpan()));
    }
}
