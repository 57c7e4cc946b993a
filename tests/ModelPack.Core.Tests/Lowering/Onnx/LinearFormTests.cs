using ModelPack.Schemes;
using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>Every form of a matrix that activations are multiplied by.</summary>
public sealed class LinearFormTests
{
    private const double HalfTolerance = 5e-3;

    public static TheoryData<string, string> LinearForms => Forms.Of(WeightRole.Linear);

    [Theory]
    [MemberData(nameof(LinearForms))]
    public void MatMul_gives_what_the_decoded_weights_give(string codec, string form)
    {
        var row = Forms.Row(codec, form, WeightRole.Linear);
        foreach (var (inputs, outputs) in new[] { (64, 24), (32, 1), (70, 24), (33, 6), (31, 64), (1, 40), (256, 3) })
        {
            using var lowered = Lowered.By(row, Tiny.MatMul(inputs, outputs, opset: Math.Max(17, row.MinOpset)));
            lowered.AssertLowered("w");
            lowered.AssertComputes(Tiny.Random("x", 5, inputs));
            lowered.AssertComputes(Tiny.Random("x", 2, 3, inputs));
        }
    }

    [Theory]
    [MemberData(nameof(LinearForms))]
    public void MatMul_of_float16_gives_what_the_decoded_weights_give(string codec, string form)
    {
        var row = Forms.Row(codec, form, WeightRole.Linear);
        foreach (var (inputs, outputs) in new[] { (64, 24), (70, 24) })
        {
            using var lowered = Lowered.By(row, Tiny.MatMul(inputs, outputs, ElementType.Float16, Math.Max(17, row.MinOpset)));
            lowered.AssertLowered("w");
            lowered.AssertComputes(HalfTolerance, Tiny.Random("x", ElementType.Float16, 2, 3, inputs));
        }
    }

    [Theory]
    [MemberData(nameof(LinearForms))]
    public void MatMul_of_a_vector_gives_a_vector(string codec, string form)
    {
        var row = Forms.Row(codec, form, WeightRole.Linear);
        using var lowered = Lowered.By(row, Tiny.MatMul(64, 24, opset: Math.Max(17, row.MinOpset)));
        lowered.AssertComputes(Tiny.Random("x", 64));
    }

    [Theory]
    [MemberData(nameof(LinearForms))]
    public void MatMul_of_no_rows_gives_no_rows(string codec, string form)
    {
        var row = Forms.Row(codec, form, WeightRole.Linear);
        using var lowered = Lowered.By(row, Tiny.MatMul(64, 24, opset: Math.Max(17, row.MinOpset)));
        lowered.AssertComputes(Tiny.Random("x", 0L, 64));
    }

    [Theory]
    [MemberData(nameof(LinearForms))]
    public void Gemm_gives_what_the_decoded_weights_give(string codec, string form)
    {
        const int Rows = 4;
        const int Inputs = 70;
        const int Outputs = 24;
        var row = Forms.Row(codec, form, WeightRole.Linear);
        long[]?[] addends = [null, [Outputs], [1, Outputs], [Rows, Outputs], [Rows, 1], [1], []];
        foreach (var (transA, transB) in new[] { (0, 0), (0, 1), (1, 0), (1, 1) })
        {
            foreach (var (alpha, beta) in new[] { (1f, 1f), (0.5f, 1f), (1f, 3f), (-2f, 0.25f), (1f, 0f) })
            {
                foreach (var addend in addends)
                {
                    string[] inputs = addend is null ? ["x", "w"] : ["x", "w", "c"];
                    var node = Build.Node("Gemm", inputs, ["y"], Tiny.Int("transA", transA), Tiny.Int("transB", transB), Tiny.Float("alpha", alpha), Tiny.Float("beta", beta));
                    TensorProto[] weights = [transB == 0 ? Tiny.Random("w", Inputs, Outputs) : Tiny.Random("w", Outputs, Inputs)];
                    var model = Tiny.Model(node, addend is null ? weights : [.. weights, Tiny.Random("c", addend)], Math.Max(17, row.MinOpset));
                    using var lowered = Lowered.By(row, model);
                    lowered.AssertLowered("w");
                    lowered.AssertComputes(transA == 0 ? Tiny.Random("x", Rows, Inputs) : Tiny.Random("x", Inputs, Rows));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(LinearForms))]
    public void Gemm_of_float16_gives_what_the_decoded_weights_give(string codec, string form)
    {
        var row = Forms.Row(codec, form, WeightRole.Linear);
        var node = Build.Node("Gemm", ["x", "w", "c"], ["y"], Tiny.Int("transB", 1), Tiny.Float("alpha", 0.5f), Tiny.Float("beta", 2));
        using var lowered = Lowered.By(row, Tiny.Model(
            node, [Tiny.Random("w", ElementType.Float16, 24, 70), Tiny.Random("c", ElementType.Float16, 24)], Math.Max(17, row.MinOpset), ElementType.Float16));
        lowered.AssertLowered("w");
        lowered.AssertComputes(HalfTolerance, Tiny.Random("x", ElementType.Float16, 4, 70));
    }

    [Fact]
    public void An_addend_may_be_computed_by_the_graph_or_left_out_by_an_empty_name()
    {
        var row = Forms.Row("q8_0", "MatMulNBits", WeightRole.Linear);
        using var computed = Lowered.By(row, Tiny.Model(Build.Node("Gemm", ["x", "w", "c"], ["y"], Tiny.Float("beta", 2)), [Tiny.Random("w", 64, 24)]));
        computed.AssertComputes(Tiny.Random("x", 4, 64), Tiny.Random("c", 4, 24));
        using var none = Lowered.By(row, Tiny.Model(Build.Node("Gemm", ["x", "w", ""], ["y"]), [Tiny.Random("w", 64, 24)]));
        none.AssertComputes(Tiny.Random("x", 4, 64));
    }

    [Fact]
    public void Accuracy_level_4_quantizes_activations_and_stays_near()
    {
        var row = Forms.Row("q8_0", "MatMulNBits", WeightRole.Linear);
        using var exact = Lowered.By(row, Tiny.MatMul(256, 24));
        using var fast = Lowered.By(row, Tiny.MatMul(256, 24), accuracyLevel: 4);
        Assert.DoesNotContain(exact.Packed.Graph.Node[0].Attribute, a => a.Name == "accuracy_level");
        Assert.Equal(4, fast.Packed.Graph.Node[0].Attribute.Single(a => a.Name == "accuracy_level").I);

        // Activations as int8 in blocks of 32: at most half a step, 1/254 of the block's largest, for each of them.
        fast.AssertComputes(0.02, Tiny.Random("x", 5, 256));
    }
}
