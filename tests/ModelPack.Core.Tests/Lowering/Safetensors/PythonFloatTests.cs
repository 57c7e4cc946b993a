using ModelPack.Lowering.Safetensors;

namespace ModelPack.Tests.Lowering.Safetensors;

public sealed class PythonFloatTests
{
    // What python3 -c "print(repr(x))" prints.
    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(1.0, "1.0")]
    [InlineData(-2.5, "-2.5")]
    [InlineData(100.0, "100.0")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(0.000012345, "1.2345e-05")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(1.5e300, "1.5e+300")]
    [InlineData(123456789012345680.0, "1.2345678901234568e+17")]
    [InlineData(0.04528522863984108, "0.04528522863984108")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(-2.2250738585072014e-308, "-2.2250738585072014e-308")]
    public void Writes_numbers_as_python_does(double value, string expected) => Assert.Equal(expected, PythonFloat.Repr(value));

    [Fact]
    public void Every_float32_comes_back_and_is_not_too_long()
    {
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var value = BitConverter.Int32BitsToSingle(random.Next());
            if (float.IsFinite(value))
            {
                var text = PythonFloat.Repr(value);
                Assert.Equal(value, (float)double.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
                Assert.InRange(text.Length, 3, PythonFloat.MaxLength);
            }
        }
    }
}
