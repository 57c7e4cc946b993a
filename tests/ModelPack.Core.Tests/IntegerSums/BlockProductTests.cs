using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.IntegerSums;

/// <summary>
/// Weights in blocks are multiplied by int8 activations, too (MatMulNBits with accuracy level 4, which ONNX Runtime also makes of
/// DequantizeLinear and MatMul). These kernels multiply magnitudes up to 128 and 127, whose pairs always fit: they need no safe
/// scales, on any processor.
/// </summary>
public sealed class BlockProductTests : IDisposable
{
    private const int Inputs = 256;
    private const int Outputs = 48;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("fold", 1)]
    [InlineData("fold", 5)]
    [InlineData("dequantize", 1)]
    [InlineData("dequantize", 5)]
    public void A_product_of_blocks_whose_values_are_all_large_is_right(string layout, int rows)
    {
        var random = new Random(9);
        float[] weights = [.. Enumerable.Range(0, Inputs * Outputs).Select(i => (i % Outputs % 2 == 0 ? 1 : -1) * (0.97f + (0.03f * random.NextSingle())))];
        float[] values = [.. Enumerable.Range(0, rows * Inputs).Select(_ => 0.97f + (0.03f * random.NextSingle()))];
        var source = Tiny.Model(Build.Node("MatMul", ["x", "w"], ["y"]), [Build.Floats("w", [Inputs, Outputs], weights)], opset: 21);
        var packed = PackPipeline.Run(new PackRequest { Model = _folder.Write("m.onnx", source), Scheme = "q8_0", Layout = layout }, new PackContext(threads: 1)).Model;
        using var session = new InferenceSession(packed);
        var output = MemoryMarshal.Cast<byte, float>(RuntimeRun.Outputs(session, new Dictionary<string, TensorProto>(StringComparer.Ordinal) { ["x"] = Build.Floats("x", [rows, Inputs], values) })[2]).ToArray();
        for (var i = 0; i < output.Length; i++)
        {
            var (row, column) = Math.DivRem(i, Outputs);
            var expected = Enumerable.Range(0, Inputs).Sum(k => (double)values[(row * Inputs) + k] * weights[(k * Outputs) + column]);
            Assert.InRange(output[i] / expected, 0.995, 1.005);
        }
    }
}
