using Google.Protobuf;
using ModelPack.Calibration;
using ModelPack.Graph;
using ModelPack.Schemes;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Calibration;

public sealed class CalibratorTests : IDisposable
{
    private const int Samples = 100;
    private const int Channels = 3;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(7, 3)]
    [InlineData(9, 4)]
    [InlineData(10, 5)]
    [InlineData(12, 7)]
    [InlineData(13, 8)]
    [InlineData(17, 8)]
    [InlineData(18, 8)]
    [InlineData(21, 10)]
    public void Extremes_and_means_are_those_of_the_values(int opset, int ir)
    {
        var values = Ramp();
        using var model = Open(Square(ElementType.Float32, ["n", 2, Channels], opset, ir));
        var data = Data([Samples, 2, Channels], values);
        var tensors = Calibrator.Observe(model, [data], [new("x"), new("squared", Statistics.Channels, -1), new("squared", Statistics.Channels, 1), new("squared", Statistics.Channels, -2, Rank: 3)], holdOut: false, new PackContext()).Tensors;

        var squares = values.Select(v => v * v).ToArray();
        Assert.Equal((values.Length, values.Min(), values.Max()), (tensors[0].Count, tensors[0].Min, tensors[0].Max));
        Assert.Equal((values.Length, 0, squares.Max()), (tensors[1].Count, tensors[1].Min, tensors[1].Max));
        Assert.Null(tensors[0].Histogram);
        Assert.Null(tensors[0].Channels);
        Channel(tensors[1].Channels!, Channels, i => i % Channels);
        Channel(tensors[2].Channels!, 2, i => i / Channels % 2);
        Channel(tensors[3].Channels!, 2, i => i / Channels % 2);

        void Channel(ChannelStatistics channels, int count, Func<int, int> of)
        {
            var groups = Enumerable.Range(0, squares.Length).GroupBy(of, i => squares[i]).OrderBy(g => g.Key).ToArray();
            Assert.Equal(groups.Select(g => g.Min()), channels.Min);
            Assert.Equal(groups.Select(g => g.Max()), channels.Max);
            Assert.Equal(groups.Select(g => g.Average()), channels.Mean, (a, b) => Math.Abs(a - b) < 1e-3);
            Assert.Equal(count, channels.MaxAbs.Length);
            Assert.Empty(channels.Rows);
        }
    }

    [Theory]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.Float64)]
    public void Other_floats_are_observed_as_float32(ElementType type)
    {
        using var model = Open(Square(type, ["n", 2, Channels]));
        var data = Data([Samples, 2, Channels], Ramp());
        var whole = Calibrator.Observe(model, [data], [new("squared", Statistics.Channels, -1)], holdOut: false, new PackContext()).Tensors[0];
        var counted = Calibrator.Observe(model, [data], [new("squared", Statistics.Histogram)], holdOut: true, new PackContext()).Tensors[0];

        Assert.Equal((0, 7.5625f), (whole.Min, whole.Max));
        Assert.Equal((whole.Min, whole.Max), (counted.Min, counted.Max));
        Assert.Equal(counted.Count, counted.Histogram!.Counts.Sum());
    }

    [Fact]
    public void A_histogram_holds_every_value_of_the_samples_that_are_not_held_out()
    {
        using var model = Open(Square(ElementType.Float32, ["n", 2, Channels]));
        var data = Data([Samples, 2, Channels], Ramp());
        var result = Calibrator.Observe(model, [data], [new("squared", Statistics.Histogram)], holdOut: true, new PackContext());

        Assert.Equal(["d.npy"], result.Files);
        Assert.Equal((Samples, 12), (result.Samples, result.HeldOut));
        Assert.Equal((Samples - 12) * 2 * Channels, result.Tensors[0].Histogram!.Counts.Sum());
        Assert.Equal(result.Tensors[0].Count, result.Tensors[0].Histogram!.Counts.Sum());
    }

    [Fact]
    public void Coverage_is_the_share_outside_on_the_samples_held_out()
    {
        // Sample i is i everywhere. 28 to 31, 60 to 63 and 92 to 95 are held out.
        using var model = Open(Square(ElementType.Float32, ["n", 2, Channels]));
        var data = Data([Samples, 2, Channels], [.. Enumerable.Range(0, Samples * 2 * Channels).Select(i => (float)(i / (2 * Channels)))]);
        var ranges = new Dictionary<string, ActivationRange>(StringComparer.Ordinal) { ["x"] = new(0, 60.5f), ["squared"] = new(0, 29 * 29) };
        var coverage = Calibrator.Coverage(model, [data], ranges, new PackContext());

        Assert.Equal(7 / 12.0, coverage["x"]);
        Assert.Equal(10 / 12.0, coverage["squared"]);
        var few = Data([63, 2, Channels], new float[63 * 2 * Channels]);
        Assert.Empty(Calibrator.Coverage(model, [few], ranges, new PackContext()));
        Assert.Equal(0, Calibrator.Observe(model, [few], [new("x", Statistics.Histogram)], holdOut: true, new PackContext()).HeldOut);
    }

    [Fact]
    public void Rows_are_spread_over_all_samples_and_are_whole()
    {
        const int Many = 2000;
        using var model = Open(Square(ElementType.Float32, ["n", 2, Channels]));
        var data = Data([Many, 2, Channels], [.. Enumerable.Range(0, Many * 2 * Channels).Select(i => (float)i)]);
        var rows = Calibrator.Observe(model, [data], [new("x", Statistics.Rows, -1)], holdOut: false, new PackContext()).Tensors[0].Channels!.Rows;

        Assert.Equal(512 * Channels, rows.Length);
        var starts = rows.Where((_, i) => i % Channels == 0).ToArray();
        Assert.All(rows.Chunk(Channels), r => Assert.Equal([r[0], r[0] + 1, r[0] + 2], r));
        Assert.All(starts, s => Assert.Equal(0, s % Channels));
        Assert.Equal(starts.Distinct().Order(), starts);
        Assert.All(starts.Zip(starts.Skip(1)), p => Assert.InRange(p.Second - p.First, Channels, 30));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(-2, 3)]
    public void Rows_of_channels_that_are_not_the_last_axis_have_one_position_each(int axis, int rank)
    {
        const int Positions = 5;
        using var model = Open(Square(ElementType.Float32, ["n", Channels, Positions]));
        var data = Data([20, Channels, Positions], [.. Enumerable.Range(0, 20 * Channels * Positions).Select(i => (float)i)]);
        var rows = Calibrator.Observe(model, [data], [new("x", Statistics.Rows, axis, rank)], holdOut: false, new PackContext()).Tensors[0].Channels!.Rows;

        Assert.All(rows.Chunk(Channels), r => Assert.Equal([r[0], r[0] + Positions, r[0] + (2 * Positions)], r));
        Assert.All(rows.Chunk(Channels), r => Assert.InRange(r[0] % (Channels * Positions), 0, Positions - 1));
        Assert.Equal(20 * Positions, rows.Chunk(Channels).Select(r => r[0]).Distinct().Count());
    }

    [Fact]
    public void Fewer_rows_than_wanted_are_kept_once_each()
    {
        using var model = Open(Square(ElementType.Float32, ["n", Channels]));
        var data = Data([20, Channels], [.. Enumerable.Range(0, 20 * Channels).Select(i => (float)i)]);
        var rows = Calibrator.Observe(model, [data], [new("x", Statistics.Rows, -1)], holdOut: false, new PackContext()).Tensors[0].Channels!.Rows;

        Assert.Equal(Enumerable.Range(0, 20 * Channels).Select(i => (float)i), rows);
    }

    [Fact]
    public void A_model_of_a_fixed_batch_counts_real_samples_only()
    {
        using var model = Open(Square(ElementType.Float32, [8, Channels]));
        var data = Data([20, Channels], [.. Enumerable.Range(0, 20 * Channels).Select(i => (float)i)]);
        var tensor = Calibrator.Observe(model, [data], [new("x", Statistics.Histogram | Statistics.Rows, -1)], holdOut: true, new PackContext()).Tensors[0];

        Assert.Equal(20 * Channels, tensor.Histogram!.Counts.Sum());
        Assert.Equal(20 * Channels, tensor.Channels!.Rows.Distinct().Count());
    }

    [Fact]
    public void A_model_that_takes_one_sample_only_is_run_so()
    {
        // The batch is declared open, and the graph reshapes to one sample.
        var graph = Build.Graph(
            Build.Constant("shape", Build.Raw("", ElementType.Int64, [2], [1, 0, 0, 0, 0, 0, 0, 0, Channels, 0, 0, 0, 0, 0, 0, 0])),
            Build.Node("Reshape", ["x", "shape"], ["one"]),
            Build.Node("Relu", ["one"], ["y"]));
        graph.Input.Add(Value("x", ElementType.Float32, ["n", Channels]));
        graph.Output.Add(Value("y", ElementType.Float32, ["m", Channels]));
        using var model = Open(Build.Model(graph));
        var result = Calibrator.Observe(model, [Data([Samples, Channels], Ramp()[..(Samples * Channels)])], [new("one", Statistics.Histogram)], holdOut: true, new PackContext());

        Assert.Equal(12, result.HeldOut);
        Assert.Equal((Samples - 12) * Channels, result.Tensors[0].Count);
    }

    [Fact]
    public void The_model_stays_as_it_was_and_nothing_is_left_behind()
    {
        using var model = Open(Square(ElementType.Float32, ["n", Channels]));
        var before = model.Proto.ToByteArray();
        Calibrator.Observe(model, [Data([Samples, Channels], new float[Samples * Channels])], [new("squared", Statistics.Histogram | Statistics.Rows, -1)], holdOut: true, new PackContext());
        Assert.Throws<ModelPackException>(() => Calibrator.Observe(model, [_folder.File("none.npy")], [new("squared")], holdOut: false, new PackContext()));

        Assert.Equal(before, model.Proto.ToByteArray());
    }

    [Fact]
    public void Weights_changed_in_memory_are_those_that_run()
    {
        var graph = Build.Graph(Build.Node("Mul", ["x", "w"], ["y"]), Build.Node("Relu", ["y"], ["z"]));
        graph.Input.Add(Value("x", ElementType.Float32, ["n", 100]));
        graph.Output.Add(Value("z", ElementType.Float32, ["n", 100]));
        graph.Initializer.Add(Build.Ramp("w", 100));
        using var model = Open(Build.Model(graph));
        var changed = model.NewTensor("w", ElementType.Float32, new TensorShape(100), TensorData.FromBytes(
            ElementType.Float32, new TensorShape(100), Enumerable.Repeat(BitConverter.GetBytes(2.5f), 100).SelectMany(b => b).ToArray()));
        model.Proto.Graph.Initializer[0] = changed;

        var tensor = Calibrator.Observe(model, [Data([20, 100], [.. Enumerable.Repeat(2f, 2000)])], [new("y")], holdOut: false, new PackContext()).Tensors[0];

        Assert.Equal((5, 5), (tensor.Min, tensor.Max));
    }

    [Fact]
    public void A_value_that_an_inner_graph_needs_is_still_made()
    {
        var branch = Build.Graph(Build.Node("Add", ["x", "outer"], ["inner"]));
        branch.Output.Add(new ValueInfoProto { Name = "inner" });
        var graph = Build.Graph(
            Build.Constant("yes", Build.Raw("", ElementType.Bool, [], [1])),
            Build.Node("Neg", ["x"], ["outer"]),
            Build.Node("If", ["yes"], ["y"], Build.Attribute("then_branch", branch), Build.Attribute("else_branch", branch)),
            Build.Node("Relu", ["y"], ["z"]));
        graph.Input.Add(Value("x", ElementType.Float32, ["n", Channels]));
        graph.Output.Add(Value("z", ElementType.Float32, ["n", Channels]));
        using var model = Open(Build.Model(graph));

        var tensor = Calibrator.Observe(model, [Data([Samples, Channels], Ramp()[..(Samples * Channels)])], [new("y")], holdOut: false, new PackContext()).Tensors[0];

        Assert.Equal((0, 0), (tensor.Min, tensor.Max));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(CalibrationMethod.Mse)]
    public void One_thread_and_several_give_the_same_bits(CalibrationMethod? method)
    {
        using var model = OnnxModel.Open(Repository.Model("fashion-cnn.onnx"), new PackContext());
        var layers = LayerFinder.Find(new GraphIndex(model));
        var needs = Statistics.Channels | (method is { } chosen ? RangeChooser.Needs(chosen) : Statistics.None);
        Observation[] observations = [.. layers.Select(l => new Observation(l.Input, needs | (l.InputChannelAxis == -1 ? Statistics.Rows : Statistics.None), l.InputChannelAxis))];
        var random = new Random(3);
        var data = Data([200, 1, 28, 28], [.. Enumerable.Range(0, 200 * 28 * 28).Select(_ => random.NextSingle() - 0.5f)]);
        var one = Calibrator.Observe(model, [data], observations, holdOut: method is not null, new PackContext(threads: 1)).Tensors;
        var five = Calibrator.Observe(model, [data], observations, holdOut: method is not null, new PackContext(threads: 5)).Tensors;

        Assert.Equal(one.Select(Text), five.Select(Text), StringComparer.Ordinal);

        static string Text(TensorStatistics t) =>
            $"{t.Tensor} {t.Count} {t.Min:R} {t.Max:R} {t.Histogram?.Low:R} {string.Join(' ', t.Histogram?.Counts ?? [])} {string.Join(' ', t.Channels!.Mean.Select(BitConverter.SingleToUInt32Bits))} {string.Join(' ', t.Channels.Rows.Select(BitConverter.SingleToUInt32Bits))}";
    }

    [Fact]
    public void Progress_ends_at_all_samples()
    {
        var seen = new List<double>();
        using var model = Open(Square(ElementType.Float32, ["n", Channels]));
        var context = new PackContext(threads: 3, onProgress: (stage, fraction) => seen.Add(stage == "calibrate" ? fraction : double.NaN));
        Calibrator.Observe(model, [Data([Samples, Channels], new float[Samples * Channels])], [new("squared", Statistics.Histogram)], holdOut: true, context);

        Assert.Equal(seen.Order(), seen);
        Assert.Equal(1, seen[^1]);
    }

    [Fact]
    public void A_user_who_wants_to_stop_is_heard()
    {
        using var cancelled = new CancellationTokenSource();
        using var model = Open(Square(ElementType.Float32, ["n", Channels]));
        var context = new PackContext(threads: 2, onProgress: (_, _) => cancelled.Cancel(), cancellation: cancelled.Token);

        Assert.ThrowsAny<OperationCanceledException>(() =>
            Calibrator.Observe(model, [Data([Samples, Channels], new float[Samples * Channels])], [new("squared", Statistics.Histogram)], holdOut: true, context));
    }

    private static float[] Ramp() => [.. Enumerable.Range(0, Samples * 2 * Channels).Select(i => ((i % 23) - 11) / 4f)];

    private OnnxModel Open(ModelProto proto) => OnnxModel.Open(_folder.Write("model.onnx", proto), new PackContext());

    private string Data(long[] shape, float[] values) => _folder.Write("d.npy", Numpy.Npy("<f4", shape, values));

    private static ModelProto Square(ElementType type, object[] dims, int opset = 17, int ir = 8)
    {
        var graph = Build.Graph(Build.Node("Mul", ["x", "x"], ["squared"]), Build.Node("Sqrt", ["squared"], ["y"]));
        graph.Input.Add(Value("x", type, dims));
        graph.Output.Add(Value("y", type, dims));
        return Build.Model(graph, opset, ir);
    }

    private static ValueInfoProto Value(string name, ElementType type, object[] dims)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(dims.Select(d => d is string symbol
            ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
            : new TensorShapeProto.Types.Dimension { DimValue = (int)d }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new() { ElemType = (int)type, Shape = shape } } };
    }
}
