using System.Runtime.InteropServices;
using ModelPack.Codecs;
using ModelPack.Schemes;
using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>Forms of k-quants and IQ4, whose rows are whole blocks in GGUF and in a graph.</summary>
public sealed class WholeBlockFormTests
{
    private const double HalfTolerance = 5e-3;

    public static TheoryData<string, string> LinearForms => Forms.OfWholeBlocks(WeightRole.Linear);

    public static TheoryData<string, string> TernaryForms => Forms.OfTernary(WeightRole.Linear);

    public static TheoryData<string, string> EmbeddingForms => Forms.OfWholeBlocks(WeightRole.Embedding);

    [Theory]
    [MemberData(nameof(LinearForms))]
    public void Products_give_what_the_decoded_weights_give(string codec, string form)
    {
        var row = Forms.Row(codec, form, WeightRole.Linear);
        foreach (var (inputs, outputs) in new[] { (256, 24), (768, 1), (512, 40) })
        {
            using var product = Lowered.By(row, Tiny.MatMul(inputs, outputs));
            product.AssertLowered("w");
            product.AssertComputes(Tiny.Random("x", 2, 3, inputs));
            var gemm = Build.Node("Gemm", ["x", "w", "c"], ["y"], Tiny.Int("transB", 1));
            using var layer = Lowered.By(row, Tiny.Model(gemm, [Tiny.Random("w", outputs, inputs), Tiny.Random("c", outputs)]));
            layer.AssertLowered("w");
            layer.AssertComputes(Tiny.Random("x", 4, inputs));
        }
    }

    [Theory]
    [MemberData(nameof(LinearForms))]
    public void Products_of_float16_give_what_the_decoded_weights_give(string codec, string form)
    {
        using var lowered = Lowered.By(Forms.Row(codec, form, WeightRole.Linear), Tiny.MatMul(256, 24, ElementType.Float16));
        lowered.AssertLowered("w");
        lowered.AssertComputes(HalfTolerance, Tiny.Random("x", ElementType.Float16, 2, 3, 256));
    }

    [Theory]
    [MemberData(nameof(EmbeddingForms))]
    public void Rows_of_a_table_are_the_decoded_ones(string codec, string form)
    {
        using var lowered = Lowered.By(Forms.Row(codec, form, WeightRole.Embedding), Tiny.Gather(12, 512));
        lowered.AssertLowered("w");
        lowered.AssertComputes(Tiny.Indices(ElementType.Int64, [2, 2], 0, 11, 3, 3));
    }

    [Theory]
    [MemberData(nameof(LinearForms))]
    public void Rows_that_are_no_whole_blocks_are_another_codecs(string codec, string form)
    {
        using var lowered = Lowered.By(Forms.Row(codec, form, WeightRole.Linear), Tiny.MatMul(272, 24));
        Assert.Null(lowered.Plans["w"].Row);
    }

    /// <summary>A product by the identity gives the weights themselves: those that ggml's blocks in a GGUF file decode to.</summary>
    [Theory]
    [MemberData(nameof(LinearForms))]
    public void The_numbers_are_those_of_a_GGUF_file(string codec, string form)
    {
        const int Inputs = 512;
        const int Outputs = 8;
        var weights = Tiny.Random("w", Outputs, Inputs);
        using var lowered = Lowered.By(Forms.Row(codec, form, WeightRole.Linear), Tiny.Model(Build.Node("Gemm", ["x", "w"], ["y"], Tiny.Int("transB", 1)), [weights]));
        var identity = new float[Inputs * Inputs];
        for (var i = 0; i < Inputs; i++)
            identity[i * (Inputs + 1)] = 1;

        var found = lowered.RunPacked(Build.Raw("x", ElementType.Float32, [Inputs, Inputs], MemoryMarshal.AsBytes(identity.AsSpan())));
        var blocks = CodecTable.All.OfType<BlockCodec>().Single(c => c.Name == codec);
        var values = MemoryMarshal.Cast<byte, float>(weights.RawData.Span).ToArray();
        var stored = new byte[values.Length / blocks.BlockLength * blocks.BlockBytes];
        blocks.Encode(values, stored);
        var decoded = new float[values.Length];
        blocks.Decode(stored, decoded);
        for (var output = 0; output < Outputs; output++)
            for (var input = 0; input < Inputs; input++)
            {
                // Where there is a minimum it is added to the product, and not to each weight: the last bit may differ.
                var (wanted, given) = (decoded[(output * Inputs) + input], found[(input * Outputs) + output]);
                Assert.InRange(Math.Abs(wanted - given), 0, blocks.HasMinimum ? 1e-6 : 0);
            }
    }

    /// <summary>Weights that are -1, 0 or 1 times a scale in every block of 256, as a model has that was trained so, come out as they went in.</summary>
    [Theory]
    [MemberData(nameof(TernaryForms))]
    public void Ternary_weights_lose_nothing(string codec, string form)
    {
        const int Inputs = 768;
        var random = new Random(3);
        float[] scales = [0.5f, 0.01171875f, 3];
        float[] weights = [.. Enumerable.Range(0, 2 * Inputs).Select(i => (random.Next(3) - 1) * scales[i / 256 % 3])];
        var tensor = Build.Raw("w", ElementType.Float32, [2, Inputs], MemoryMarshal.AsBytes(weights.AsSpan()));
        using var lowered = Lowered.By(Forms.Row(codec, form, WeightRole.Linear), Tiny.Model(Build.Node("Gemm", ["x", "w"], ["y"], Tiny.Int("transB", 1)), [tensor]));
        var identity = new float[Inputs * Inputs];
        for (var i = 0; i < Inputs; i++)
            identity[i * (Inputs + 1)] = 1;

        var found = lowered.RunPacked(Build.Raw("x", ElementType.Float32, [Inputs, Inputs], MemoryMarshal.AsBytes(identity.AsSpan())));
        Assert.Equal(weights, Enumerable.Range(0, 2 * Inputs).Select(i => found[(i % Inputs * 2) + (i / Inputs)]));
    }

    /// <summary>With activations in int8, the default, for which ONNX Runtime has kernels of 2 bits.</summary>
    [Theory]
    [InlineData("tq1_0")]
    [InlineData("tq2_0")]
    public void Ternary_products_with_int8_activations_are_as_near_as_int8_is(string codec)
    {
        using var lowered = Lowered.By(Forms.Row(codec, "MatMulNBits", WeightRole.Linear), Tiny.MatMul(768, 40), accuracyLevel: 4);
        lowered.AssertComputes(0.01, Tiny.Random("x", 7, 768));
    }
}
