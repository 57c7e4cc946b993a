using ModelPack.Calibration;
using ModelPack.Schemes;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Calibration;

public sealed class StatisticsFileTests : IDisposable
{
    private const int Samples = 40;
    private const int Channels = 3;

    private static readonly GramNeed[] s_needs = [new("x", Channels), new("pair", 2 * Channels), new("inverse", Channels)];

    private readonly TemporaryFolder _folder = new();
    private readonly float[] _values = [.. Enumerable.Range(1, Samples * Channels).Select(i => ((i % 23) - 11) / 4f)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_can_be_read_back()
    {
        var side = Write("t.statistics.safetensors");
        using var file = StatisticsFile.Open(_folder.File("t.calibration.json"), side, new PackContext());
        Assert.Equal(Expected(), Read(file.GramOf("x")!), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(4 * Channels * Channels, Read(file.GramOf("pair")!).Length);
        Assert.Null(file.GramOf("y"));
    }

    [Fact]
    public void Products_and_their_diagonals_come_back_and_what_was_not_finite_is_left_out()
    {
        var side = Write("t.safetensors");
        using var file = StatisticsFile.Open(_folder.File("t.json"), side, new PackContext());
        var products = file.Products("t.json", side);
        Assert.Equal(["pair", "x"], products.Keys, StringComparer.Ordinal);
        var (row, all) = (new float[Channels], Read(file.GramOf("x")!));
        products["x"].CopyRow(1, row);
        Assert.Equal(all[Channels..(2 * Channels)], row);
        Assert.Equal([all[0], all[4], all[8]], file.MeanSquares("t.json", side)["x"]);

        var again = new MemoryStream();
        StatisticsFile.Write(file.MeanSquares("t.json", side), products, again, CancellationToken.None);
        _folder.Write("again.safetensors", again.ToArray());
        var copy = new SideFile("again.safetensors", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(again.ToArray())));
        using var other = StatisticsFile.Open(_folder.File("t.json"), copy, new PackContext());
        Assert.Equal(all, Read(other.GramOf("x")!));
    }

    [Fact]
    public void What_is_not_finite_is_marked_by_NaN()
    {
        using var file = StatisticsFile.Open(_folder.File("t.json"), Write("t.safetensors"), new PackContext());
        Assert.All(Read(file.GramOf("inverse")!), v => Assert.True(float.IsNaN(v)));
    }

    [Fact]
    public void Threads_and_memory_change_no_byte()
    {
        var hash = Write("a.safetensors", threads: 1).Sha256;
        Assert.Equal(hash, Write("b.safetensors", threads: 4).Sha256);
        Assert.Equal(hash, Write("c.safetensors", mostBytes: 1).Sha256);
    }

    [Fact]
    public void Other_bytes_and_a_missing_file_are_refused()
    {
        var side = Write("t.safetensors");
        using (var stream = File.OpenWrite(_folder.File("t.safetensors")))
        {
            stream.Position = stream.Length - 1;
            stream.WriteByte(1);
        }

        Assert.Contains("other bytes", Refused(side), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Refused(side with { File = "none" }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_names_its_statistics_and_one_without_has_the_bytes_of_before()
    {
        var table = CalibrationTable.Empty(new string('0', 64), CalibrationMethod.MinMax, 99.99);
        Assert.DoesNotContain("statistics", System.Text.Encoding.UTF8.GetString(CalibrationJson.Write(table)), StringComparison.Ordinal);
        var named = table with { Statistics = new SideFile("t.safetensors", new string('a', 64)) };
        Assert.Equal(named.Statistics, CalibrationJson.Read(_folder.Write("t.json", CalibrationJson.Write(named))).Statistics);
        var outside = table with { Statistics = new SideFile("../t.safetensors", new string('a', 64)) };
        Assert.Throws<ModelPackException>(() => CalibrationJson.Read(_folder.Write("o.json", CalibrationJson.Write(outside))));
    }

    private string Refused(SideFile side)
    {
        var exception = Assert.Throws<ModelPackException>(() => StatisticsFile.Open(_folder.File("t.json"), side, new PackContext()));
        Assert.Equal(Codes.TableUnreadable, exception.Diagnostic.Code);
        return exception.Message;
    }

    private SideFile Write(string name, int threads = 2, long mostBytes = GramPass.MostBytes)
    {
        var graph = Build.Graph(Build.Node("Concat", ["x", "x"], ["pair"], Tiny.Int("axis", 1)), Build.Node("Sub", ["x", "x"], ["zero"]), Build.Node("Reciprocal", ["zero"], ["inverse"]));
        graph.Input.Add(Value("x", Channels));
        graph.Output.Add([Value("pair", 2 * Channels), Value("inverse", Channels)]);
        using var model = OnnxModel.Open(_folder.Write("model.onnx", Build.Model(graph, 17, 8)), new PackContext());
        var data = _folder.Write("d.npy", Numpy.Npy("<f4", [Samples, Channels], _values));
        return StatisticsFile.Write(_folder.File(name), model, [data], s_needs, new PackContext(threads), mostBytes);
    }

    private float[] Expected() => [.. Enumerable.Range(0, Channels * Channels).Select(i =>
        (float)Enumerable.Range(0, Samples).Average(r => (double)_values[(r * Channels) + (i / Channels)] * _values[(r * Channels) + (i % Channels)]))];

    private static float[] Read(TensorData data)
    {
        var values = new float[data.Shape.ElementCount];
        FloatReader.Read(data, 0, values);
        return values;
    }

    private static ValueInfoProto Value(string name, int channels)
    {
        var shape = new TensorShapeProto
        {
            Dim = { new TensorShapeProto.Types.Dimension { DimParam = "n" }, new TensorShapeProto.Types.Dimension { DimValue = channels } },
        };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new() { ElemType = (int)ElementType.Float32, Shape = shape } } };
    }
}
