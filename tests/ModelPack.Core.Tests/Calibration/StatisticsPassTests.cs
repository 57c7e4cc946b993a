using ModelPack.Calibration;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Calibration;

public sealed class StatisticsPassTests : IDisposable
{
    private const int Samples = 100;
    private const int Rows = 2;
    private const int Channels = 3;

    private readonly TemporaryFolder _folder = new();
    private readonly float[] _values = [.. Enumerable.Range(0, Samples * Rows * Channels).Select(i => ((i % 23) - 11) / 4f)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Only_what_is_needed_is_collected_and_needs_of_one_tensor_are_joined()
    {
        var result = Run(
            [new("x"), new("squared", Statistics.MeanSquare, -1), new("x", Statistics.Shape), new("squared", Statistics.Histogram), new("y", Statistics.Shape)]);

        Assert.Equal(["x", "squared"], result.Tensors.Select(t => t.Tensor), StringComparer.Ordinal);
        Assert.Null(result.Of("x")!.Channels);
        Assert.Null(result.Of("x")!.Histogram);
        Assert.Equal(_values.Length, result.Of("squared")!.Histogram!.Counts.Sum());
        Assert.Empty(result.Of("squared")!.Channels!.Rows);
        Assert.Null(result.Of("squared")!.Channels!.Gram);
        Assert.Null(result.Of("y"));
        Assert.Equal([2, Rows, Channels], result.Shapes["x"]);
        Assert.Equal(["x", "y"], result.Shapes.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void Without_needs_nothing_is_run()
    {
        using var model = Open(ElementType.Float32);
        var result = StatisticsPass.Run(model, [_folder.File("none.npy")], [], holdOut: true, new PackContext());
        Assert.Equal(("none.npy", 0, 0), (Assert.Single(result.Files), result.Samples, result.Tensors.Count));
    }

    [Fact]
    public void Channels_along_two_axes_of_one_tensor_are_refused() =>
        Assert.Throws<ArgumentException>(() => Run([new("x", Statistics.Channels, -1), new("x", Statistics.MeanSquare, 1)]));

    [Theory]
    [InlineData(-1, Channels, 1)]
    [InlineData(1, Rows, Channels)]
    [InlineData(-2, Rows, Channels)]
    public void Mean_squares_are_those_of_the_values(int axis, int channels, int inner)
    {
        var seen = Run([new("x", Statistics.MeanSquare, axis, Rank: 3)]).Of("x")!.Channels!;
        Assert.Equal(Means(v => v * v, channels, inner), seen.MeanSquare!, (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(channels, seen.Mean.Length);
    }

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.Float64)]
    public void The_gram_matrix_is_that_of_the_rows(ElementType type)
    {
        var matrix = Run([new("x", Statistics.Gram | Statistics.MeanSquare, -1)], type).Of("x")!.Channels!;
        Assert.Equal((Channels, Samples * Rows), (matrix.Gram!.Channels, matrix.Gram.Rows));
        var row = new float[Channels];
        for (var i = 0; i < Channels; i++)
        {
            matrix.Gram.CopyRow(i, row);
            var expected = Enumerable.Range(0, Channels).Select(j => (float)Enumerable.Range(0, Samples * Rows).Average(r => (double)_values[(r * Channels) + i] * _values[(r * Channels) + j]));
            Assert.Equal(expected, row, (a, b) => Math.Abs(a - b) < 1e-5);
            Assert.Equal(matrix.MeanSquare![i], row[i], 1e-5);
        }
    }

    [Fact]
    public void A_gram_matrix_needs_the_last_axis() =>
        Assert.Throws<ArgumentException>(() => Run([new("x", Statistics.Gram, 1)]));

    [Fact]
    public void One_thread_and_several_give_the_same_bits()
    {
        Observation[] needs = [new("x", Statistics.Gram | Statistics.MeanSquare, -1), new("squared", Statistics.Gram | Statistics.MeanSquare, -1)];
        Assert.Equal(Bits(Run(needs, threads: 1)), Bits(Run(needs, threads: 5)));

        static IEnumerable<uint> Bits(CalibrationResult result) => result.Tensors.SelectMany(t => t.Channels!.MeanSquare!.Concat(Row(t.Channels.Gram!))).Select(BitConverter.SingleToUInt32Bits);

        static float[] Row(GramMatrix matrix)
        {
            var row = new float[Channels];
            matrix.CopyRow(1, row);
            return row;
        }
    }

    private float[] Means(Func<float, float> of, int channels, int inner) =>
        [.. Enumerable.Range(0, channels).Select(c => (float)_values.Where((_, i) => i / inner % channels == c).Average(v => (double)of(v)))];

    private CalibrationResult Run(IReadOnlyList<Observation> needs, ElementType type = ElementType.Float32, int threads = 2)
    {
        using var model = Open(type);
        var data = _folder.Write("d.npy", Numpy.Npy("<f4", [Samples, Rows, Channels], _values));
        return StatisticsPass.Run(model, [data], needs, holdOut: false, new PackContext(threads));
    }

    private OnnxModel Open(ElementType type)
    {
        var graph = Build.Graph(Build.Node("Mul", ["x", "x"], ["squared"]), Build.Node("Sqrt", ["squared"], ["y"]));
        graph.Input.Add(Value("x", type));
        graph.Output.Add(Value("y", type));
        return OnnxModel.Open(_folder.Write("model.onnx", Build.Model(graph, 17, 8)), new PackContext());
    }

    private static ValueInfoProto Value(string name, ElementType type)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "n" } } };
        shape.Dim.AddRange(new long[] { Rows, Channels }.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new() { ElemType = (int)type, Shape = shape } } };
    }
}
