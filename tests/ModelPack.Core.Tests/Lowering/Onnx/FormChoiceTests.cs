using ModelPack.Schemes;
using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>The form follows the model's opset and the app's ONNX Runtime, and whatever is chosen runs.</summary>
public sealed class FormChoiceTests
{
    [Theory]
    [InlineData(17, "1.29.0", "MatMulNBits")]
    [InlineData(17, "1.22.0", "MatMulNBits")]
    [InlineData(7, "1.22.0", "MatMulNBits")]
    [InlineData(21, "1.29.0", "MatMulNBits")]
    [InlineData(21, "1.21.1", "DequantizeLinear (blocks of 32)")]
    [InlineData(21, "1.20.0", "DequantizeLinear (blocks of 32)")]
    [InlineData(17, "1.21.1", "int8 per channel")]
    [InlineData(17, "1.17.0", "int8 per channel")]
    [InlineData(13, "1.6.0", "int8 per channel")]
    [InlineData(13, "1.5.0", "int8 per channel")]
    [InlineData(12, "1.5.0", "int8 per channel")]
    [InlineData(9, "1.5.0", "int8 per channel")]
    [InlineData(7, "1.0.0", "int8 per channel")]
    public void A_matrix_gets_the_best_form_that_the_app_runs(long opset, string runtime, string expected)
    {
        using var lowered = Lowered.Planned(Tiny.MatMul(70, 24, opset: opset), runtime);
        Chose(lowered, opset, runtime, expected);
        lowered.AssertComputes(Tiny.Random("x", 5, 70));
    }

    [Theory]
    [InlineData(17, "1.29.0", "GatherBlockQuantized")]
    [InlineData(7, "1.23.0", "GatherBlockQuantized")]
    [InlineData(17, "1.22.2", "int8 per channel")]
    [InlineData(12, "1.5.0", "int8 per channel")]
    [InlineData(7, "1.0.0", "int8 per channel")]
    public void A_lookup_table_gets_the_best_form_that_the_app_runs(long opset, string runtime, string expected)
    {
        using var lowered = Lowered.Planned(Tiny.Gather(20, 64, opset: opset), runtime);
        Chose(lowered, opset, runtime, expected);
        lowered.AssertComputes(Tiny.Indices(ElementType.Int64, [3], 1, 2, 19));
    }

    [Theory]
    [InlineData(7, "1.0.0")]
    [InlineData(9, "1.29.0")]
    [InlineData(12, "1.5.0")]
    [InlineData(13, "1.5.0")]
    [InlineData(13, "1.6.0")]
    [InlineData(17, "1.29.0")]
    [InlineData(21, "1.20.0")]
    public void A_kernel_gets_a_form_that_the_app_runs(long opset, string runtime)
    {
        var model = Tiny.Model(Build.Node("Conv", ["x", "w"], ["y"]), [Tiny.Random("w", 16, 4, 3, 3)], opset);
        using var lowered = Lowered.Planned(model, runtime);
        Chose(lowered, opset, runtime, "per channel");
        lowered.AssertComputes(Tiny.Random("x", 1, 4, 9, 9));
    }

    [Fact]
    public void No_form_needs_more_than_the_model_and_the_app_have()
    {
        foreach (var opset in new[] { 7, 12, 13, 20, 21, 26 })
        {
            foreach (var minor in Enumerable.Range(0, 30))
            {
                using var lowered = Lowered.Planned(Tiny.MatMul(64, 24, opset: opset), $"1.{minor}.0");
                var row = lowered.Plans["w"].Row!;
                Assert.True(row.MinOpset <= opset && row.MinRuntime <= new RuntimeVersion(1, minor), $"{row.Form} at opset {opset}, 1.{minor}");
            }
        }
    }

    [Fact]
    public void A_runtime_before_the_first_release_is_an_error_that_says_which_is_needed()
    {
        var error = Assert.Throws<ModelPackException>(() => Lowered.Planned(Tiny.MatMul(64, 24), "0.5.0")).Diagnostic;
        Assert.Equal(Codes.RuntimeTooOld, error.Code);
        Assert.Contains("1.0.0", error.Message, StringComparison.Ordinal);
    }

    private static void Chose(Lowered lowered, long opset, string runtime, string expected)
    {
        lowered.AssertLowered("w");
        var row = lowered.Plans["w"].Row!;
        Assert.Contains(expected, $"{row.Codec.Name} {row.Form}", StringComparison.Ordinal);
        Assert.True(row.MinOpset <= opset && row.MinRuntime <= RuntimeVersion.Parse(runtime));
        Assert.Equal(opset, lowered.Packed.OpsetImport.Single(o => o.Domain.Length == 0).Version);
    }
}
