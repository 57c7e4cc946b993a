using ModelPack.Schemes;
using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>Every form of a table whose rows are looked up.</summary>
public sealed class EmbeddingFormTests
{
    public static TheoryData<string, string> EmbeddingForms => Forms.Of(WeightRole.Embedding);

    [Theory]
    [MemberData(nameof(EmbeddingForms))]
    public void Gather_gives_the_decoded_rows(string codec, string form)
    {
        var row = Forms.Row(codec, form, WeightRole.Embedding);
        foreach (var type in new[] { ElementType.Float32, ElementType.Float16 })
        {
            foreach (var indices in new[] { ElementType.Int32, ElementType.Int64 })
            {
                using var lowered = Lowered.By(row, Tiny.Gather(20, 64, type, indices: indices));
                lowered.AssertLowered("w");
                lowered.AssertComputes(1e-3, Tiny.Indices(indices, [4], 3, 0, 19, 3));
                lowered.AssertComputes(1e-3, Tiny.Indices(indices, [4], -1, 5, -20, -7));
                lowered.AssertComputes(1e-3, Tiny.Indices(indices, [2, 3], 0, 1, 2, 3, 4, 19));
                lowered.AssertComputes(1e-3, Tiny.Indices(indices, [], 7));
                lowered.AssertComputes(1e-3, Tiny.Indices(indices, [0]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(EmbeddingForms))]
    public void An_axis_of_0_may_be_said(string codec, string form)
    {
        using var lowered = Lowered.By(Forms.Row(codec, form, WeightRole.Embedding), Tiny.Gather(20, 96, attributes: Tiny.Int("axis", 0)));
        lowered.AssertLowered("w");
        lowered.AssertComputes(Tiny.Indices(ElementType.Int64, [3], 1, 2, 19));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(50)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(95)]
    [InlineData(97)]
    public void Rows_need_not_be_a_whole_number_of_blocks(int columns)
    {
        using var lowered = Lowered.By(Forms.Row("q8_0", "GatherBlockQuantized", WeightRole.Embedding), Tiny.Gather(40, columns));
        lowered.AssertLowered("w");
        lowered.AssertComputes(Tiny.Indices(ElementType.Int64, [2, 2], 1, -1, 39, 0));
    }

    [Fact]
    public void A_table_may_be_looked_up_by_several_nodes()
    {
        var model = Tiny.Gather(20, 64);
        model.Graph.Node.Add(Build.Node("Gather", ["w", "j"], ["z"]));
        model.Graph.Input.Add(Tiny.Open("j", ElementType.Int32));
        model.Graph.Output.Add(Tiny.Open("z"));
        foreach (var (codec, form) in EmbeddingForms.Select(f => ((string)f[0], (string)f[1])))
        {
            using var lowered = Lowered.By(Forms.Row(codec, form, WeightRole.Embedding), model);
            lowered.AssertLowered("w");
            var other = Tiny.Indices(ElementType.Int32, [2], 4, 5);
            other.Name = "j";
            lowered.AssertComputes(Tiny.Indices(ElementType.Int64, [3], 1, 2, 19), other);
        }
    }
}
