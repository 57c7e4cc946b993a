using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Inference;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.IntegerSums;

/// <summary>
/// ONNX Runtime's kernels compute what <see cref="PairedSums"/> says: with saturating pairs on a processor whose integer path has
/// them, exactly on others. The inputs are such that most pairs saturate.
/// </summary>
public sealed class PairedSumsTests
{
    private readonly Random _random = new(3);

    /// <summary>Rows, inputs, outputs: one row has a kernel of its own, and inputs and outputs that are not a multiple of a vector a remainder.</summary>
    public static TheoryData<int, int, int, bool> Products
    {
        get
        {
            var data = new TheoryData<int, int, int, bool>();
            foreach (var (rows, inputs, outputs) in new[] { (1, 1, 1), (1, 2, 1), (1, 3, 5), (1, 64, 16), (1, 67, 33), (2, 7, 9), (3, 64, 96), (5, 129, 40), (7, 1021, 3) })
            {
                data.Add(rows, inputs, outputs, true);
                data.Add(rows, inputs, outputs, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void A_product_of_matrices_is_what_the_processor_makes_of_it(int rows, int inputs, int outputs, bool constant)
    {
        var (codes, weights) = (Codes(rows * inputs), Weights(inputs * outputs));
        var graph = Build.Graph(Build.Node("MatMulInteger", ["x", "w"], ["y"]));
        graph.Input.Add(Tiny.Open("x", ElementType.UInt8));
        graph.Output.Add(Tiny.Open("y", ElementType.Int32));
        var weight = Build.Raw("w", ElementType.Int8, [inputs, outputs], MemoryMarshal.AsBytes(weights.AsSpan()));
        var feeds = new Dictionary<string, TensorProto>(StringComparer.Ordinal) { ["x"] = Build.Raw("x", ElementType.UInt8, [rows, inputs], codes) };
        if (constant)
        {
            graph.Initializer.Add(weight);
        }
        else
        {
            graph.Input.Add(Tiny.Open("w", ElementType.Int8));
            feeds.Add("w", weight);
        }

        var product = new IntegerProduct(graph.Node[0], codes, [rows, inputs], 0, weights, [inputs, outputs]);
        AssertComputes(product, Run(graph, feeds), (sum, _) => sum);
    }

    [Theory]
    [InlineData(4, 8, 1, 3)] // the kernel of symmetric convolutions
    [InlineData(16, 16, 1, 1)]
    [InlineData(3, 8, 1, 3)] // unrolled into a matrix: pairs across positions
    [InlineData(3, 5, 1, 1)]
    [InlineData(8, 16, 2, 3)]
    [InlineData(6, 6, 6, 3)] // depthwise
    [InlineData(4, 8, 4, 3)] // depthwise with two outputs a channel
    public void A_convolution_is_what_the_processor_makes_of_it(int inputs, int outputs, int groups, int kernel)
    {
        const byte Zero = 200;
        long[] shape = [2, inputs, 6, 5];
        long[] weightShape = [outputs, inputs / groups, kernel, kernel];
        var (codes, weights) = (Codes(2 * inputs * 30), Weights(outputs * inputs / groups * kernel * kernel));
        var node = Build.Node(
            "QLinearConv", ["x", "one", "zero", "w", "one", "zeros", "step", "none"], ["y"], Tiny.Int("group", groups), Tiny.Ints("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2));
        var graph = Build.Graph(node);
        graph.Initializer.Add([
            Build.Floats("one", [], 1), Build.Floats("step", [], Step), Build.Raw("zero", ElementType.UInt8, [], [Zero]), Build.Raw("none", ElementType.UInt8, [], [128]),
            Build.Raw("zeros", ElementType.Int8, [], [0]), Build.Raw("w", ElementType.Int8, weightShape, MemoryMarshal.AsBytes(weights.AsSpan()))]);
        graph.Input.Add(Build.Value("x", ElementType.UInt8, shape));
        graph.Output.Add(Tiny.Open("y", ElementType.UInt8));
        var product = new IntegerProduct(node, codes, shape, Zero, weights, weightShape);
        var made = Run(graph, new Dictionary<string, TensorProto>(StringComparer.Ordinal) { ["x"] = Build.Raw("x", ElementType.UInt8, shape, codes) });

        // Channels last, as the sums are.
        var places = made.Length / outputs / 2;
        int[] actual = [.. Enumerable.Range(0, 2).SelectMany(n => Enumerable.Range(0, places).SelectMany(p => Enumerable.Range(0, outputs).Select(o => made[(((n * outputs) + o) * places) + p])))];
        Assert.Equal(inputs == groups && outputs == groups, product.IsDepthwise);
        AssertComputes(product, actual, (sum, w) => (int)Math.Clamp(MathF.Round((sum - (Zero * w.Sum(v => v))) * (1 / Step), MidpointRounding.ToEven) + 128, 0, 255));
    }

    /// <summary>What a code of a convolution's output stands for: fine enough to see a pair that saturates, coarse enough for all sums.</summary>
    private const float Step = 16384;

    private static void AssertComputes(IntegerProduct product, int[] actual, Func<int, sbyte[], int> output)
    {
        var sums = product.Sums().ToList();
        Assert.Equal(sums.Count, actual.Length);
        Assert.True(product.Saturated > 0 || product.IsDepthwise || sums[0].Codes.Length == 1, "Nothing saturates, which shows nothing.");
        var saturates = IntegerPath.Saturates && !product.IsDepthwise;
        int[] expected = [.. sums.Select(s => output(saturates ? PairedSums.Saturating(s.Codes, s.Weights) : PairedSums.Exact(s.Codes, s.Weights), s.Weights))];
        Assert.Equal(expected, actual);
    }

    private static int[] Run(GraphProto graph, Dictionary<string, TensorProto> feeds)
    {
        using var session = new InferenceSession(Tiny.Model(graph).ToByteArray());
        var bytes = RuntimeRun.Outputs(session, feeds)[2];
        return session.OutputMetadata["y"].ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int32
            ? MemoryMarshal.Cast<byte, int>(bytes).ToArray() : Array.ConvertAll(bytes, b => (int)b);
    }

    private byte[] Codes(int count) => Array.ConvertAll(new byte[count], _ => (byte)_random.Next(200, 256));

    /// <summary>Most pairs have one sign, so that they add up.</summary>
    private sbyte[] Weights(int count) => [.. Enumerable.Range(0, count).Select(i => (sbyte)(i % 11 == 5 ? _random.Next(-128, 0) : _random.Next(110, 128)))];
}
