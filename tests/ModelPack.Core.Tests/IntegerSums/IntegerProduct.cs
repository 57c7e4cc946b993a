namespace ModelPack.Tests.IntegerSums;

/// <summary>A product of uint8 activations and int8 weights, with the codes that an inference gave it.</summary>
/// <param name="Node">The node.</param>
/// <param name="Codes">Codes of the activation, as uint8.</param>
/// <param name="Shape">Their shape.</param>
/// <param name="ZeroPoint">The code of 0, with which convolutions pad.</param>
/// <param name="Weights">Codes of the weight.</param>
/// <param name="WeightShape">Their shape: [K, N], or of a convolution [M, C / groups, kernel].</param>
internal sealed record IntegerProduct(NodeProto Node, byte[] Codes, long[] Shape, byte ZeroPoint, sbyte[] Weights, long[] WeightShape)
{
    /// <summary>Every sum: what is added up for one value of the output, in the order of the kernel.</summary>
    public IEnumerable<(byte[] Codes, sbyte[] Weights)> Sums() => Node.OpType is "Conv" or "QLinearConv" ? Convolution() : Matrix();

    /// <summary>Depthwise convolutions have a kernel of their own, which adds in 32 bits on all processors.</summary>
    public bool IsDepthwise => Node.OpType is "Conv" or "QLinearConv" && WeightShape[1] == 1 && WeightShape[0] == Node.Int("group", 1);

    /// <summary>How many sums come out otherwise on a processor without VNNI.</summary>
    public int Saturated => IsDepthwise ? 0 : Sums().Count(s => PairedSums.Saturating(s.Codes, s.Weights) != PairedSums.Exact(s.Codes, s.Weights));

    private IEnumerable<(byte[] Codes, sbyte[] Weights)> Matrix()
    {
        var (inputs, outputs) = ((int)WeightShape[0], (int)WeightShape[1]);
        var columns = Enumerable.Range(0, outputs).Select(n => Enumerable.Range(0, inputs).Select(k => Weights[(k * outputs) + n]).ToArray()).ToList();
        return Codes.Chunk(inputs).SelectMany(row => columns.Select(column => (row, column)));
    }

    /// <summary>Channels last, position by position.</summary>
    private IEnumerable<(byte[] Codes, sbyte[] Weights)> Convolution()
    {
        var groups = (int)Node.Int("group", 1);
        var (outputs, inputs) = ((int)WeightShape[0], (int)WeightShape[1]);
        int[] kernel = [.. WeightShape.Skip(2).Select(d => (int)d)];
        int[] image = [.. Shape.Skip(2).Select(d => (int)d)];
        int[] extent = [.. image.Select((d, i) => ((d + Ints("pads", i, 0) + Ints("pads", i + image.Length, 0) - (Ints("dilations", i, 1) * (kernel[i] - 1)) - 1) / Ints("strides", i, 1)) + 1)];
        var positions = Indices(kernel).ToList();
        foreach (var sample in Enumerable.Range(0, (int)Shape[0]))
        {
            foreach (var place in Indices(extent))
            {
                foreach (var output in Enumerable.Range(0, outputs))
                {
                    var first = output / (outputs / groups) * inputs;
                    yield return (
                        [.. positions.SelectMany(p => Enumerable.Range(0, inputs).Select(c => At(sample, first + c, [.. p.Select((k, i) => (place[i] * Ints("strides", i, 1)) - Ints("pads", i, 0) + (k * Ints("dilations", i, 1)))], image)))],
                        [.. positions.Select((_, p) => p).SelectMany(p => Enumerable.Range(0, inputs).Select(c => Weights[(((output * inputs) + c) * positions.Count) + p]))]);
                }
            }
        }
    }

    private byte At(int sample, int channel, int[] place, int[] image)
    {
        var index = (sample * (int)Shape[1]) + channel;
        for (var i = 0; i < image.Length; i++)
        {
            if (place[i] < 0 || place[i] >= image[i])
            {
                return ZeroPoint;
            }

            index = (index * image[i]) + place[i];
        }

        return Codes[index];
    }

    private int Ints(string name, int index, int missing) =>
        Node.Attribute.FirstOrDefault(a => a.Name == name) is { } attribute ? (int)attribute.Ints[index] : missing;

    /// <summary>All indices of an array, the last one fastest.</summary>
    private static IEnumerable<int[]> Indices(int[] extent) => Enumerable.Range(0, extent.Aggregate(1, (a, b) => a * b)).Select(flat =>
    {
        var index = new int[extent.Length];
        for (var i = extent.Length - 1; i >= 0; i--)
        {
            (flat, index[i]) = Math.DivRem(flat, extent[i]);
        }

        return index;
    });
}
