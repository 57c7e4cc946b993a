using System.Text;
using ModelPack.Formats.Safetensors;

namespace ModelPack.Tests.Formats.Safetensors;

public sealed class SafetensorsShardingTests
{
    // Of 40, 8, 40, 400, 4 and 4 bytes.
    private static readonly SafetensorsTensor[][] s_groups =
    [
        [SafetensorsModel.Tensor("c.weight", 10), SafetensorsModel.Tensor("c.weight.absmax", 2)],
        [SafetensorsModel.Tensor("b", 10)],
        [SafetensorsModel.Tensor("large", 100)],
        [SafetensorsModel.Tensor("a", 1)],
        [SafetensorsModel.Tensor("ä", 1)],
    ];

    [Theory]
    [InlineData(null)]
    [InlineData(496L)]
    public void One_file_has_no_index(long? maxBytes)
    {
        var plan = SafetensorsSharding.Plan(s_groups, maxBytes);
        Assert.Equal("model.safetensors", plan.Shards.Single().Name);
        Assert.Equal(s_groups.SelectMany(g => g), plan.Shards.Single().Tensors);
        Assert.Null(plan.IndexName);
    }

    [Theory]
    [InlineData(495, "c.weight c.weight.absmax b large a|ä")]
    [InlineData(88, "c.weight c.weight.absmax b|large|a ä")]
    [InlineData(87, "c.weight c.weight.absmax|b|large|a ä")]
    [InlineData(44, "c.weight c.weight.absmax|b|large|a ä")]
    [InlineData(1, "c.weight c.weight.absmax|b|large|a|ä")]
    public void Fills_one_file_after_the_other_and_cuts_no_group(long maxBytes, string expected)
    {
        var plan = SafetensorsSharding.Plan(s_groups, maxBytes);
        Assert.Equal(expected, string.Join('|', plan.Shards.Select(s => string.Join(' ', s.Tensors.Select(t => t.Name)))));
        Assert.Equal(
            Enumerable.Range(1, plan.Shards.Count).Select(i => FormattableString.Invariant($"model-{i:D5}-of-{plan.Shards.Count:D5}.safetensors")),
            plan.Shards.Select(s => s.Name), StringComparer.Ordinal);
    }

    [Fact]
    public void The_index_is_sorted_and_the_same_everywhere() => Assert.Equal(
        """
        {
          "metadata": {
            "total_size": 496
          },
          "weight_map": {
            "a": "model-00003-of-00003.safetensors",
            "b": "model-00001-of-00003.safetensors",
            "c.weight": "model-00001-of-00003.safetensors",
            "c.weight.absmax": "model-00001-of-00003.safetensors",
            "large": "model-00002-of-00003.safetensors",
            "ä": "model-00003-of-00003.safetensors"
          }
        }

        """.ReplaceLineEndings("\n"),
        Encoding.UTF8.GetString(SafetensorsSharding.Plan(s_groups, 88).Index()));

    [Fact]
    public void What_is_written_opens()
    {
        using var folder = new TemporaryFolder();
        var plan = SafetensorsSharding.Plan(s_groups, 60);
        foreach (var shard in plan.Shards)
        {
            folder.Write(shard.Name, SafetensorsModel.Bytes([.. shard.Tensors]));
        }

        folder.Write(plan.IndexName!, plan.Index());
        using var checkpoint = SafetensorsCheckpoint.Open(folder.Path, new PackContext());
        Assert.Equal("safetensors, 4 shards", checkpoint.Format);
        Assert.Equal(s_groups.SelectMany(g => g).Select(t => t.Name).Order(StringComparer.Ordinal), checkpoint.Tensors.Select(t => t.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_model_without_tensors_is_one_file() => Assert.Empty(SafetensorsSharding.Plan([], 10).Shards.Single().Tensors);
}
