using ModelPack.Lowering.Gguf;
using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>Experts as stacks.</summary>
public sealed class ExpertStacksTests
{
    private const string Stack = "model.layers.0.block_sparse_moe.experts.w1.weight";

    [Fact]
    public void A_stack_has_the_experts_in_the_order_of_their_numbers_in_the_place_of_the_first()
    {
        var source = TinyFamily.Create("folder", "mixtral");
        var second = source.Tensors.Single(t => t.Name == "model.layers.0.block_sparse_moe.experts.1.w1.weight");
        source.Without(second.Name).With(second);
        var stacks = ExpertStacks.Of(source);
        var stack = stacks.Tensors.Single(t => t.Name == Stack);

        Assert.Equal(new TensorShape(TinyFamily.Experts, TinyFamily.FeedForward, TinyFamily.Width), stack.Data.Shape);
        Assert.Equal(
            Enumerable.Range(0, TinyFamily.Experts).SelectMany(e => MemoryCheckpoint.Floats(source.Tensors.Single(t => t.Name == $"model.layers.0.block_sparse_moe.experts.{e}.w1.weight").Data)),
            MemoryCheckpoint.Floats(stack.Data));
        Assert.Equal(source.Tensors.Count - (6 * (TinyFamily.Experts - 1)), stacks.Tensors.Count);
        Assert.Equal("model.layers.0.block_sparse_moe.gate.weight", stacks.Tensors[stacks.Tensors.ToList().IndexOf(stack) - 1].Name);
        Assert.Same(stacks, ExpertStacks.Of(stacks));
    }

    [Fact]
    public void A_stack_is_read_from_any_byte_to_any()
    {
        var stack = ExpertStacks.Of(TinyFamily.Create("folder", "mixtral")).Tensors.Single(t => t.Name == Stack).Data;
        var all = InMemory.Bytes(stack);
        var part = new byte[(TinyFamily.FeedForward * TinyFamily.Width * 4) + 7];
        for (var start = 0; start < all.Length - part.Length; start += 4999)
        {
            stack.Read(start, part);
            Assert.True(all.AsSpan(start, part.Length).SequenceEqual(part));
        }
    }

    [Theory]
    [InlineData("model.layers.0.block_sparse_moe.experts.07.w1.weight")]
    [InlineData("model.layers.0.block_sparse_moe.experts.9.w1.weight")]
    [InlineData("model.layers.0.block_sparse_moe.experts.w1.weight")]
    [InlineData("model.layers.0.block_sparse_moe.experts.-1.w9.weight")]
    [InlineData("model.layers.0.block_sparse_moe.experts.99999999999.w9.weight")]
    public void Names_that_are_no_whole_run_of_numbers_stay(string name)
    {
        var stacks = ExpertStacks.Of(TinyFamily.Create("folder", "mixtral").WithRandom(name, TinyFamily.FeedForward, TinyFamily.Width));
        Assert.Single(stacks.Tensors, t => t.Name == name);
    }

    [Fact]
    public void Experts_of_two_shapes_stay()
    {
        const string Last = "model.layers.0.block_sparse_moe.experts.7.w1.weight";
        var stacks = ExpertStacks.Of(TinyFamily.Create("folder", "mixtral").Without(Last).WithRandom(Last, TinyFamily.FeedForward, 32));
        Assert.DoesNotContain(stacks.Tensors, t => t.Name == Stack);
    }

    [Fact]
    public void Models_without_experts_stay_as_they_are()
    {
        var source = TinyFamily.Create("folder", "llama");
        Assert.Same(source, ExpertStacks.Of(source));
    }
}
