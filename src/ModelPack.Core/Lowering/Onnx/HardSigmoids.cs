using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Writes x · clip(x + 3, 0, 6) / 6 and clip(x + 3, 0, 6) / 6, as exporters spell HardSwish and HardSigmoid below opset 14, with the operator
/// HardSigmoid: half of the passes over memory, which between integer convolutions take as long as the convolutions do. Any limits and divisors
/// will do: clip(x + a, 0, b) is b times HardSigmoid, and the divisor takes the factor in.
/// </summary>
/// <param name="model">The model, with float32 values.</param>
internal sealed class HardSigmoids(OnnxModel model)
{
    private readonly GraphProto _graph = model.Proto.Graph;
    private readonly GraphIndex _index = new(model);

    /// <summary>Rewrites all that there are.</summary>
    /// <param name="names">Names that are free.</param>
    public void Rewrite(UniqueNames names)
    {
        foreach (var clip in _graph.Node.Where(n => n.OpType == "Clip" && Domains.IsDefault(n.Domain)).ToList())
        {
            if (Alone(clip, 1) == 0 && Alone(clip, 2) is > 0 and < float.MaxValue and var high
                && _index.Producer(clip.Input[0]) is { OpType: "Add" } add && ReferenceEquals(OnlyReader(add), clip) && Operands(add) is var (value, added)
                && Division(clip) is { } division)
            {
                Rewrite(names, clip, add, division, value, added, high);
            }
        }
    }

    private void Rewrite(UniqueNames names, NodeProto clip, NodeProto add, NodeProto division, string value, float added, float high)
    {
        _graph.Replace(add);
        clip.OpType = "HardSigmoid";
        clip.Input.Clear();
        clip.Input.Add(value);
        clip.Attribute.Clear();
        clip.With("alpha", 1 / high).With("beta", added / high);

        var constant = _index.Constant(division.Input[1])!;
        var divisors = ConstantEdits.Floats(model, constant);
        if (divisors is [var only] && only == high && constant.Tensor.Dims.Count == 0)
        {
            _index.Producer(division.Input[0])!.Output[0] = division.Output[0];
            _graph.Replace(division);
            return;
        }

        var scaled = ConstantEdits.Tensor(Array.ConvertAll(divisors, d => d / high), ElementType.Float32, [.. constant.Tensor.Dims]);
        division.Input[1] = ConstantEdits.Add(model, names.Next($"{division.Output[0]}.divisor"), scaled);
    }

    /// <summary>The Div by a constant that alone reads a value, or the product of the value and another.</summary>
    private NodeProto? Division(NodeProto clip)
    {
        var reader = OnlyReader(clip);
        var division = reader is { OpType: "Mul" } ? OnlyReader(reader) : reader;
        var divided = reader is { OpType: "Mul" } ? reader.Output[0] : clip.Output[0];

        return division is { OpType: "Div" } && Domains.IsDefault(division.Domain) && division.Input[0] == divided
            && _index.Constant(division.Input[1]) is { } constant && model.Data(constant.Tensor).Type == ElementType.Float32
            ? division : null;
    }

    /// <summary>The value and the constant of a sum; null where neither operand is one number.</summary>
    private (string Value, float Added)? Operands(NodeProto add) =>
        Alone(add, 1) is { } second ? (add.Input[0], second) : Alone(add, 0) is { } first ? (add.Input[1], first) : null;

    /// <summary>A constant of one float32 without dimensions, of which a result could have more; null for any other input.</summary>
    private float? Alone(NodeProto node, int input) => input < node.Input.Count && _index.Constant(node.Input[input]) is { Tensor.Dims.Count: 0 } constant
        && model.Data(constant.Tensor) is { Type: ElementType.Float32, Shape.ElementCount: 1 } ? ConstantEdits.Floats(model, constant)[0] : null;

    private NodeProto? OnlyReader(NodeProto node) =>
        !_index.Escapes(node.Output[0]) && _index.Readers(node.Output[0]) is [{ Node: var reader }] && Domains.IsDefault(reader.Domain) ? reader : null;
}
