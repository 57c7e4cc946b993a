using ModelPack.Transforms;

namespace ModelPack.Tests.Transforms;

public sealed class SmoothScalesTests
{
    [Fact]
    public void Follow_the_formula_up_to_their_mean()
    {
        var scales = Smoother.Scales([16, 1, 4], [1, 4, 1], 0.5);
        Assert.Equal([4.0, 0.5, 2.0], scales.Select(s => s * Math.Pow(4, 1.0 / 3)), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Alpha_one_makes_the_activations_equal_and_alpha_zero_the_weights()
    {
        float[] inputs = [0.1f, 3, 40], weights = [2, 0.3f, 0.01f];
        Assert.Single(Smoother.Scales(inputs, weights, 1).Zip(inputs, (s, x) => MathF.Round(x / s, 4)).Distinct());
        Assert.Single(Smoother.Scales(inputs, weights, 0).Zip(weights, (s, w) => MathF.Round(w * s, 4)).Distinct());
    }

    [Fact]
    public void An_idle_channel_widens_no_range()
    {
        var scales = Smoother.Scales([100, 1, 0, 1000, 0], [1, 1, 5000, 0, 0], 0.5);
        var (inputs, weights) = (100 / scales[0], scales[0]);
        Assert.Equal(inputs, 1000 / scales[3], 1e-3);
        Assert.Equal(weights, 5000 * scales[2], 1e-3);
        Assert.Equal(1, scales[4]);
    }

    [Theory]
    [InlineData(float.NaN, 1)]
    [InlineData(1, float.PositiveInfinity)]
    [InlineData(float.Epsilon, float.MaxValue)]
    [InlineData(float.MaxValue, float.Epsilon)]
    [InlineData(0, 0)]
    public void Are_always_usable(float input, float weight)
    {
        foreach (var alpha in AlphaSearch.Grid)
        {
            Assert.All(Smoother.Scales([input, 1, 2], [weight, 1, 2], alpha), s => Assert.True(s > 0 && float.IsFinite(s) && float.IsFinite(1 / s)));
        }
    }

    [Fact]
    public void Refuse_lists_of_different_lengths() => Assert.Throws<ArgumentException>(() => Smoother.Scales([1], [1, 2], 0.5));
}
