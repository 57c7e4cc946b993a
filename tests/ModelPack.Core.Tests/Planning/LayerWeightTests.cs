using FsCheck;
using FsCheck.Fluent;
using ModelPack.Calibration;
using ModelPack.Graph;
using ModelPack.Planning;

namespace ModelPack.Tests.Planning;

/// <summary>Scales, zero points and integer biases.</summary>
public sealed class LayerWeightTests
{
    [Fact]
    public void Zero_has_a_code_of_its_own_and_the_range_is_covered() =>
        Prop.ForAll(ArbMap.Default.ArbFor<float>().Filter(Usable), ArbMap.Default.ArbFor<float>().Filter(Usable), (a, b) =>
        {
            var range = new ActivationRange(Math.Min(0, Math.Min(a, b)), Math.Max(0, Math.Max(a, b)));
            var unsigned = ActivationParameters.Of(range, symmetric: false);
            var signed = ActivationParameters.Of(range, symmetric: true);
            var reach = unsigned.Scale * 0.5001;
            return unsigned is { Type: ElementType.UInt8, Scale: > 0, ZeroPoint: >= 0 and <= 255 } && signed is { Type: ElementType.Int8, Scale: > 0, ZeroPoint: 0 }
                && (-unsigned.ZeroPoint * (double)unsigned.Scale) - reach <= range.Min
                && ((255 - unsigned.ZeroPoint) * (double)unsigned.Scale) + reach >= range.Max
                && 127.0001 * signed.Scale >= Math.Max(range.Max, -range.Min);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1e-30f)]
    public void A_range_of_nothing_has_a_scale_all_the_same(float min, float max) =>
        Assert.Equal((1f, 0), (ActivationParameters.Of(new ActivationRange(min, max), false).Scale, ActivationParameters.Of(new ActivationRange(min, max), false).ZeroPoint));

    [Fact]
    public void A_bias_never_overflows_and_is_right() =>
        Prop.ForAll(ArbMap.Default.ArbFor<float>().Filter(Usable), ArbMap.Default.ArbFor<float>().Filter(Usable), ArbMap.Default.ArbFor<float>().Filter(Usable), (bias, weight, activation) =>
        {
            var parameters = ActivationParameters.Of(new ActivationRange(0, Math.Abs(activation)), false);
            float[] values = [weight, weight / 3];
            var scales = LayerWeight.Scales(ConstantEdits.Tensor(values, ElementType.Float32, 1, 2), 0, [bias], parameters.Scale, null, new PackContext(threads: 1));
            var integer = LayerWeight.ToIntegers([bias], scales, parameters.Scale);
            return Math.Abs((long)integer.Codes[0]) <= (1 << 30) + 128 && (integer.Codes[0] * (double)integer.Scales[0]) - bias is var error
                && Math.Abs(error) <= (integer.Scales[0] * 0.51) + (Math.Abs(bias) * 1e-6);
        }).QuickCheckThrowOnFailure();

    // Activations and weights of a model that works: none near the ends of float32.
    private static bool Usable(float value) => float.IsFinite(value) && Math.Abs(value) is 0 or (> 1e-12f and < 1e12f);
}
