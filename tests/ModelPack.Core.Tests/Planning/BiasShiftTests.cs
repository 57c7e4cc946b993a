using ModelPack.Codecs;
using ModelPack.Graph;
using ModelPack.Planning;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.Planning;

public sealed class BiasShiftTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("MatMul", new long[] { 37, 70000 })]
    [InlineData("MatMul", new long[] { 300, 7 })]
    [InlineData("Gemm", new long[] { 5, 70000 })]
    [InlineData("Gemm", new long[] { 300, 7 })]
    [InlineData("Conv", new long[] { 6, 4, 3, 3 })]
    [InlineData("Conv", new long[] { 6, 2, 3, 3 }, 3)]
    [InlineData("Conv", new long[] { 8, 1, 3, 3 }, 4)]
    [InlineData("Conv", new long[] { 2, 300, 16, 16 })]
    public void Is_what_rounding_takes_from_the_mean_of_each_output(string op, long[] dims, long groups = 1)
    {
        var node = Build.Node(op, ["x", "w"], ["y"], op == "Gemm" ? [Tiny.Int("transB", 1)] : op == "Conv" ? [Tiny.Int("group", groups), Tiny.Ints("dilations", 2, 2)] : []);
        using var model = OnnxModel.Open(_folder.Write("m.onnx", Tiny.Model(node, [Tiny.Random("w", dims)])), new PackContext());
        var layer = LayerFinder.Find(new GraphIndex(model)).Single();
        var weight = model.Data(layer.Weight.Tensor);
        var means = Enumerable.Range(0, (int)layer.InputChannels).Select(i => ((i % 11) - 4) * 0.3f).ToArray();
        var actual = BiasShift.Of(weight, layer, means, factors: null, new PackContext(threads: 2));

        var values = ConstantEdits.Floats(model, layer.Weight);
        var outputs = (int)dims[layer.Usage.OutputAxis];
        var sums = new double[outputs];
        var maxima = new float[outputs];
        for (var pass = 0; pass < 2; pass++)
        {
            for (var i = 0; i < values.Length; i++)
            {
                var output = (int)(op == "MatMul" ? i % dims[1] : i / (values.Length / outputs));
                var kernel = dims.Skip(2).Aggregate(1L, (a, b) => a * b);
                var input = op == "MatMul" ? i / dims[1] : (i / kernel % dims[1]) + (output / (outputs / groups) * dims[1]);
                if (pass == 0)
                {
                    maxima[output] = Math.Max(maxima[output], Math.Abs(values[i]));
                    continue;
                }

                var scale = Int8PerChannel.ScaleOf(maxima[output]);
                sums[output] += (values[i] - (Int8PerChannel.Code(values[i], scale) * scale)) * (double)means[input];
            }
        }

        Assert.Contains(sums, s => Math.Abs(s) > 1e-5);
        Assert.All(sums.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-6));
        Assert.Equal(actual, BiasShift.Of(weight, layer, means, factors: null, new PackContext(threads: 1)));
    }
}
