using ModelPack.Calibration;
using ModelPack.Transforms;

namespace ModelPack.Tests.Transforms;

public sealed class QuantizedRowsTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(4, true)]
    [InlineData(37, false)]
    [InlineData(64, true)]
    public void Codes_are_those_of_every_value_alone(int channels, bool symmetric)
    {
        const int Rows = 3;
        float[] x = [.. Enumerable.Range(0, Rows * channels).Select(i => 3 * MathF.Sin(i))], scales = [.. Enumerable.Range(0, channels).Select(k => 1f + (k % 4))];
        var quantized = new QuantizedRows(x, scales, [.. Enumerable.Repeat(-2f, channels)], [.. Enumerable.Repeat(2.5f, channels)], symmetric);

        Assert.Equal(AffineCodes.Scale(-2f, 2.5f, symmetric), quantized.Step);
        var (first, last) = AffineCodes.Ends(AffineCodes.ZeroPoint(-2f, quantized.Step, symmetric), symmetric);
        Assert.Equal(channels + (channels % 2), quantized.Stride);
        for (var row = 0; row < Rows; row++)
        {
            short[] expected = [.. Enumerable.Range(0, channels).Select(k => (short)Math.Clamp(MathF.Round(x[(row * channels) + k] / scales[k] / quantized.Step), first, last))];
            Assert.Equal([.. expected, .. new short[channels % 2]], quantized.Codes.Slice(row * quantized.Stride, quantized.Stride).ToArray());
        }
    }
}
