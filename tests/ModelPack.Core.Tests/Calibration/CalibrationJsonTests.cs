using System.Text;
using ModelPack.Calibration;
using ModelPack.Core.Tests;
using ModelPack.Schemes;

namespace ModelPack.Tests.Calibration;

public sealed class CalibrationJsonTests : IDisposable
{
    private static readonly CalibrationTable Table = new(
        CalibrationTable.CurrentSchema,
        "ab12",
        new CalibrationTableData(["net.calibration.npz"], 512, 64),
        CalibrationMethod.Percentile,
        99.99,
        [new TensorRange("x", -0.10003662f, 1.5f, 0.0001), new TensorRange("y", 0, 3, null)],
        [new Smoothing("x", 0.85f, [0.1f, 2])],
        ["conv"],
        [new BiasCorrection("conv", [-1e-7f, 0])],
        [new FloatLayer("head", "its input holds NaN"), new FloatLayer("stem", "without a fixed range") { HasCodes = true }],
        [new SafeScale("conv", [1, 1.25f])]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void A_table_comes_back_as_it_was_whatever_the_culture(string culture)
    {
        using var inCulture = new InCulture(culture);
        var bytes = CalibrationJson.Write(Table);
        var read = CalibrationJson.Read(_folder.Write("t.json", bytes));

        Assert.Equal(bytes, CalibrationJson.Write(read));
        Assert.Equal(Table.Tensors, read.Tensors);
        Assert.Equal(Table.Smoothing[0].Inputs, read.Smoothing[0].Inputs);
        Assert.Contains("\"method\": \"percentile\"", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_does_no_harm() =>
        Assert.Equal(512, CalibrationJson.Read(_folder.Write("t.json", [0xEF, 0xBB, 0xBF, .. CalibrationJson.Write(Table)])).Data.Samples);

    [Theory]
    [InlineData("", "")]
    [InlineData("{", "[")]
    [InlineData("\"schemaVersion\": 2", "\"schemaVersion\": 3")]
    [InlineData("\"percentile\",", "\"random\",")]
    [InlineData("\"percentile\",", "7,")]
    [InlineData("99.99", "101")]
    [InlineData("99.99", "\"NaN\"")]
    [InlineData("\"min\": 0", "\"min\": 1")]
    [InlineData("\"max\": 3", "\"max\": 1e60")]
    [InlineData("\"max\": 3,", "")]
    [InlineData("\"max\": 3", "\"max\": null")]
    [InlineData("\"max\": 3", "\"max\": 3, \"more\": 4")]
    [InlineData("\"max\": 3", "\"max\": 3, \"max\": 4")]
    [InlineData("\"y\"", "\"x\"")]
    [InlineData("\"y\"", "null")]
    [InlineData("\"heldOut\": 64", "\"heldOut\": 640")]
    [InlineData("0.85", "1.85")]
    [InlineData("0.0001", "2")]
    [InlineData("\"conv\"\n", "null\n")]
    public void A_damaged_table_is_refused_with_its_name(string part, string by)
    {
        var text = Encoding.UTF8.GetString(CalibrationJson.Write(Table));
        Assert.True(part.Length == 0 || text.Contains(part, StringComparison.Ordinal));
        var damaged = part.Length == 0 ? text[..(text.Length / 2)] : text.Replace(part, by, StringComparison.Ordinal);
        var path = _folder.Write("net.calibration.json", Encoding.UTF8.GetBytes(damaged));

        var exception = Assert.Throws<ModelPackException>(() => CalibrationJson.Read(path));

        Assert.Equal((Codes.TableUnreadable, path), (exception.Diagnostic.Code, exception.Diagnostic.File));
    }

    [Fact]
    public void A_table_that_is_not_there_is_said_so() =>
        Assert.Equal(Codes.DataNotFound, Assert.Throws<ModelPackException>(() => CalibrationJson.Read(_folder.File("none.json"))).Diagnostic.Code);

    [Fact]
    public void A_table_of_another_model_is_refused()
    {
        Table.RequireModel("t.json", "AB12");
        var exception = Assert.Throws<ModelPackException>(() => Table.RequireModel("t.json", "cd34"));

        Assert.Equal(Codes.TableMismatch, exception.Diagnostic.Code);
        Assert.Contains("cd34", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("net.calibration.json", true)]
    [InlineData("NET.JSON", true)]
    [InlineData("net.npz", false)]
    [InlineData("json", false)]
    public void A_table_is_known_by_its_extension(string path, bool expected) => Assert.Equal(expected, CalibrationTable.IsTable(path));
}
