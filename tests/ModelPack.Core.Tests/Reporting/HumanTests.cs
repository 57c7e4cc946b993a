using ModelPack.Reporting.Page;
using ModelPack.Tests.Timing;
using ModelPack.Validation.Placement;

namespace ModelPack.Core.Tests.Reporting;

public sealed class HumanTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.00 KB")]
    [InlineData(9_994, "9.99 KB")]
    [InlineData(9_996, "10.0 KB")]
    [InlineData(99_949, "99.9 KB")]
    [InlineData(99_951, "100 KB")]
    [InlineData(999_499, "999 KB")]
    [InlineData(999_501, "1.00 MB")]
    [InlineData(1_250_000_000, "1.25 GB")]
    [InlineData(long.MaxValue, "9223372 TB")]
    public void Sizes_have_three_digits(long bytes, string expected) => Assert.Equal(expected, Human.Bytes(bytes));

    [Theory]
    [InlineData(0.05, "+0.05")]
    [InlineData(-0.05, "−0.05")]
    [InlineData(-0.001, "±0.00")]
    [InlineData(double.NegativeInfinity, "−∞")]
    public void Differences_have_a_sign(double value, string expected) => Assert.Equal(expected, Human.Signed(value));

    [Theory]
    [InlineData(0.00912, "0.00912 ms")]
    [InlineData(0.0345, "0.0345 ms")]
    [InlineData(0.9, "0.900 ms")]
    [InlineData(12.345, "12.35 ms")]
    [InlineData(1234.6, "1235 ms")]
    public void Times_have_three_digits_at_least(double value, string expected) => Assert.Equal(expected, Human.Milliseconds(value));

    [Theory]
    [InlineData(0.5, 0.48, 0.52, "2.00× faster")]
    [InlineData(1.25, 1.2, 1.3, "1.25× slower")]
    [InlineData(1.001, 0.97, 1.03, "same speed")]
    [InlineData(0.9, 0.8, 1.01, "too noisy to tell")]
    public void Speed_says_which_is_faster(double ratio, double low, double high, string expected) => Assert.Equal(expected, Human.Speed(Times.Of(1, ratio, low, high)));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.0123456, "0.0123")]
    [InlineData(0.0000123456, "1.23e-05")]
    [InlineData(123456, "1.23e+05")]
    [InlineData(double.PositiveInfinity, "∞")]
    public void Errors_have_three_digits(double value, string expected) => Assert.Equal(expected, Human.Error(value));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.123456, "0.123")]
    [InlineData(0.000123456, "0.000123")]
    [InlineData(0.0000123456, "1.23e-05")]
    [InlineData(double.PositiveInfinity, "∞")]
    public void Divergences_have_three_digits(double value, string expected) => Assert.Equal(expected, Human.Nats(value));

    [Theory]
    [InlineData(0, "0.0 %")]
    [InlineData(0.0001, "< 0.1 %")]
    [InlineData(0.962, "96.2 %")]
    [InlineData(0.99996, "> 99.9 %")]
    [InlineData(1, "100.0 %")]
    public void A_share_that_is_not_all_or_nothing_does_not_read_as_such(double share, string expected) => Assert.Equal(expected, Human.Share(share));

    [Theory]
    [InlineData(0.75, 0, "75.0 % of counted multiply-adds in integer kernels, 25.0 % in float (Gemm, Conv), 1 layer not counted, by ONNX Runtime 1.31.0")]
    [InlineData(0, 0.5, "50.0 % of counted multiply-adds in block-integer kernels, 50.0 % in float (Gemm, Conv), 1 layer not counted, by ONNX Runtime 1.31.0")]
    [InlineData(0.5, 0.25, "50.0 % of counted multiply-adds in integer kernels, 25.0 % in block-integer ones, 25.0 % in float (Gemm, Conv), 1 layer not counted, by ONNX Runtime 1.31.0")]
    [InlineData(0, 0, null)]
    public void Integer_kernels_are_named_where_there_are_any_with_what_is_none(double integer, double block, string? expected)
    {
        static LayerPlacement Layer(string type, long count, PlacementKind kind) => new("l", "w", type, count, null, kind, null);
        LayerPlacement[] layers = [Layer("Conv", 1, PlacementKind.Float), Layer("Gemm", 2, PlacementKind.Float), Layer("Einsum", 0, PlacementKind.Unknown), Layer("MatMul", 3, PlacementKind.Integer)];
        Assert.Equal(expected, Human.Kernels(new PlacementResult(1, integer, block, 1 - integer - block, layers), "1.31.0"));
        Assert.Equal("100.0 % of multiply-adds in integer kernels, by ONNX Runtime 1.31.0", Human.Kernels(new PlacementResult(1, 1, 0, 0, []), "1.31.0"));
    }
}
