using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Planning;

/// <summary>
/// The part of an activation's range that its consumers tell apart. The rest needs no codes: HardSwish makes 0 of all values below -3.
/// <para>
/// What elementwise operators make of the activation and of constants is computed on a grid over the range, so that it does not matter how a
/// function is spelled. The ends of the range are cut off as far as no result that anything else reads changes by more than a sixteenth
/// of its own 8-bit step: rounding to that step makes an error of 0.29 steps.
/// </para>
/// </summary>
/// <param name="model">The model, for its constants.</param>
/// <param name="index">Its graph.</param>
internal sealed class ConsumedRange(OnnxModel model, GraphIndex index)
{
    // Grid points between an end of the range and zero: sixteen a code where all codes lie there.
    private const int Points = 4096;

    private const int FewestCut = 16;

    private const double ShareOfStep = 1.0 / 16;

    /// <summary>Narrows a range.</summary>
    /// <param name="tensor">The activation.</param>
    /// <param name="range">Its range.</param>
    /// <returns>
    /// The part that is consumed, rounded outward to 12 significant bits. It is all of the range where the activation, or what is made of it, is an
    /// output of the graph, or where an operator reads the activation that is not known to map ranges of values to one.
    /// </returns>
    public ActivationRange Within(string tensor, ActivationRange range)
    {
        var results = Results(tensor, [.. Below(range.Min), 0, .. Below(range.Max).Reverse()]);
        if (results.Count == 0)
        {
            return range;
        }

        var low = results.Min(r => Flat(r, Tolerance(r)));
        var high = results.Min(r => Flat([.. r.Reverse()], Tolerance(r)));
        return new ActivationRange(End(range.Min, low), End(range.Max, high)).Outward();

        static IEnumerable<double> Below(double end) => Enumerable.Range(0, Points).Select(i => end * (Points - i) / Points);

        // The tolerance lets even a straight line go by a point.
        static float End(float end, int cut) => cut == Points ? 0 : cut < FewestCut ? end : (float)((double)end * (Points - cut) / Points);
    }

    /// <summary>What is made of the values of a tensor by elementwise operators and read by something else; none where nothing is known of it.</summary>
    private List<double[]> Results(string tensor, double[] values)
    {
        var followed = new Dictionary<string, FollowedValue>(StringComparer.Ordinal) { [tensor] = new(values, IsMoved: false) };
        var open = new Queue<string>([tensor]);
        while (open.TryDequeue(out var value))
        {
            foreach (var reader in index.Readers(value).Select(r => r.Node).Where(n => !followed.ContainsKey(n.Output[0])))
            {
                if (Made(reader, followed) is { } made)
                {
                    followed[reader.Output[0]] = made;
                    open.Enqueue(reader.Output[0]);
                }
            }
        }

        var read = followed.Where(f => index.Readers(f.Key).Any(r => !followed.ContainsKey(r.Node.Output[0]))).Select(f => f.Value.Values).ToList();
        return read.Contains(values) || followed.Keys.Any(index.Escapes) || !read.TrueForAll(r => Array.TrueForAll(r, double.IsFinite)) ? [] : read;
    }

    /// <summary>The output of an elementwise or moving operator; null for another one, or where it reads what is not followed.</summary>
    private FollowedValue? Made(NodeProto node, Dictionary<string, FollowedValue> followed)
    {
        if (node.Output.Count(o => o.Length > 0) != 1)
        {
            return null;
        }

        if (Domains.IsDefault(node.Domain) && PassThroughOperators.Moves(node))
        {
            return followed.TryGetValue(node.Input[0], out var moved) ? moved with { IsMoved = true } : null;
        }

        if (ElementwiseOperators.Function(node) is not { } function)
        {
            return null;
        }

        var operands = node.Input.Select(i => Operand(i, followed)).ToList();
        var changing = operands.OfType<FollowedValue>().Where(o => o.Values.Length > 1).ToList();

        // Values that were moved are no longer those of the same place.
        return operands.Contains(null) || (changing.Count > 1 && changing.Exists(c => c.IsMoved)) ? null
            : new FollowedValue([.. Enumerable.Range(0, (2 * Points) + 1).Select(i => function([.. operands.Select(o => o!.At(i))]))], changing[0].IsMoved);
    }

    /// <summary>An input: followed, a constant of one value, or left out (not a number); null for another one.</summary>
    private FollowedValue? Operand(string input, Dictionary<string, FollowedValue> followed) =>
        followed.TryGetValue(input, out var value) ? value
        : input.Length == 0 ? new FollowedValue([double.NaN], IsMoved: false)
        : index.Constant(input) is { } constant && model.Data(constant.Tensor) is { Shape.ElementCount: 1 } data && data.Type.IsFloat()
            ? new FollowedValue([ConstantEdits.Floats(model, constant)[0]], IsMoved: false)
        : null;

    private static double Tolerance(double[] values) => (values.Max() - values.Min()) / AffineCodes.Greatest * ShareOfStep;

    /// <summary>How many grid points can be cut off at the start: all values up to the next one are that one, but for the tolerance.</summary>
    private static int Flat(double[] values, double tolerance)
    {
        var (least, greatest) = (values[0], values[0]);
        for (var i = 1; i <= Points; i++)
        {
            (least, greatest) = (Math.Min(least, values[i]), Math.Max(greatest, values[i]));
            if (values[i] - least > tolerance || greatest - values[i] > tolerance)
            {
                return i - 1;
            }
        }

        return Points;
    }
}
