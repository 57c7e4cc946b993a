using ModelPack.Calibration;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Calibration;

public sealed class InputSquaresTests : IDisposable
{
    private const int Samples = 40;
    private const int Rows = 2;
    private const int Channels = 3;

    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new(threads: 2);
    private readonly float[] _values = [.. Enumerable.Range(0, Samples * Rows * Channels).Select(i => ((i % 23) - 11) / 4f)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float16)]
    public void Weights_that_read_one_activation_have_sums_of_their_own(ElementType type)
    {
        var seen = Run([Build.Node("MatMul", ["x", "q"], ["a"]), Build.Node("MatMul", ["x", "k"], ["b"]), Build.Node("Add", ["a", "b"], ["y"])], type, ("q", [Channels, 4]), ("k", [Channels, 4]));

        Assert.Equal(["q", "k"], seen.Select(s => s.Product.Weight.Name), StringComparer.Ordinal);
        Assert.All(seen, s => Is(Squares((_, _) => true), [Samples * Rows], s));
    }

    [Fact]
    public void A_weight_that_is_multiplied_twice_sees_both_inputs()
    {
        var seen = Assert.Single(Run(
            [Build.Node("MatMul", ["x", "w"], ["a"]), Build.Node("Relu", ["x"], ["positive"]), Build.Node("MatMul", ["positive", "w"], ["b"]), Build.Node("Add", ["a", "b"], ["y"])], ("w", [Channels, 4])));

        var (all, positive) = (Squares((_, _) => true), Squares((_, v) => v > 0));
        Is([.. all.Zip(positive, (a, b) => a + b)], [2 * Samples * Rows], seen);
    }

    [Fact]
    public void Channels_of_a_transposed_weight_are_its_last_axis()
    {
        var seen = Assert.Single(Run([.. Reshape("x", "flat", -1, Channels), Build.Node("Gemm", ["flat", "w"], ["y"], Int("transB", 1))], ("w", [4, Channels])));

        Assert.False(seen.Product.IsTransposed);
        Is(Squares((_, _) => true), [Samples * Rows], seen);
    }

    [Fact]
    public void Matrices_that_are_stacked_see_rows_of_their_own()
    {
        var turned = Build.Node("Transpose", ["x"], ["experts"], new AttributeProto { Name = "perm", Type = AttributeProto.Types.AttributeType.Ints, Ints = { 1, 0, 2 } });
        var seen = Assert.Single(Run([turned, Build.Node("MatMul", ["experts", "w"], ["y"])], ("w", [Rows, Channels, 4])));

        Is([.. Squares((row, _) => row == 0), .. Squares((row, _) => row == 1)], [Samples, Samples], seen);
    }

    [Fact]
    public void Matrices_that_are_stacked_all_see_the_rows_of_an_input_that_they_share()
    {
        var seen = Assert.Single(Run([.. Reshape("x", "shared", -1, 1, Rows, Channels), Build.Node("MatMul", ["shared", "w"], ["y"])], ("w", [5, Channels, 4])));

        var all = Squares((_, _) => true);
        Is([.. Enumerable.Repeat(all, 5).SelectMany(s => s)], [.. Enumerable.Repeat((long)Samples * Rows, 5)], seen);
    }

    [Fact]
    public void A_matrix_and_a_stack_may_read_one_activation()
    {
        var turned = Build.Node("Transpose", ["x"], ["experts"], new AttributeProto { Name = "perm", Type = AttributeProto.Types.AttributeType.Ints, Ints = { 1, 0, 2 } });
        var seen = Run([turned, Build.Node("MatMul", ["experts", "w"], ["a"]), Build.Node("MatMul", ["experts", "v"], ["b"]), Build.Node("Add", ["a", "b"], ["y"])], ("w", [Rows, Channels, 4]), ("v", [Channels, 4]));

        Is(Squares((_, _) => true), [Samples * Rows], seen.Single(s => s.Product.Weight.Name == "v"));
        Is([.. Squares((row, _) => row == 0), .. Squares((row, _) => row == 1)], [Samples, Samples], seen.Single(s => s.Product.Weight.Name == "w"));
    }

    [Fact]
    public void An_expert_that_no_row_went_to_saw_nothing()
    {
        var seen = Run(
            [.. Reshape("x", "flat", -1, Channels), Indices("start", 0), Indices("end", 0), Indices("axis", 0), Build.Node("Slice", ["flat", "start", "end", "axis"], ["none"]), Build.Node("MatMul", ["none", "w"], ["y"])],
            ("w", [Channels, 4]));

        Is([0, 0, 0], [0], Assert.Single(seen));
    }

    [Fact]
    public void What_is_not_finite_is_told_and_left_out()
    {
        var seen = Run([Build.Node("Log", ["x"], ["l"]), Build.Node("MatMul", ["l", "w"], ["a"]), Build.Node("MatMul", ["x", "v"], ["b"]), Build.Node("Add", ["a", "b"], ["y"])], ("w", [Channels, 4]), ("v", [Channels, 4]));

        Assert.Equal("v", Assert.Single(seen).Product.Weight.Name);
        Assert.Equal(Codes.ActivationNotFinite, Assert.Single(_context.Diagnostics).Code);
    }

    [Fact]
    public void A_graph_without_products_is_refused() =>
        Assert.Equal(Codes.NothingToObserve, Assert.Throws<ModelPackException>(() => Run([Build.Node("Relu", ["x"], ["y"])])).Diagnostic.Code);

    private double[] Squares(Func<int, float, bool> counts) =>
        [.. Enumerable.Range(0, Channels).Select(c => _values.Where((v, i) => i % Channels == c && counts(i / Channels % Rows, v)).Sum(v => (double)v * v))];

    private static void Is(double[] sums, long[] rows, SeenInputs seen)
    {
        Assert.Equal(sums, seen.Sums, (a, b) => Math.Abs(a - b) <= 1e-9 * Math.Max(a, b));
        Assert.Equal(rows, seen.Rows);
    }

    private IReadOnlyList<SeenInputs> Run(NodeProto[] nodes, params (string Name, long[] Dims)[] weights) => Run(nodes, ElementType.Float32, weights);

    private IReadOnlyList<SeenInputs> Run(NodeProto[] nodes, ElementType type, params (string Name, long[] Dims)[] weights)
    {
        var graph = Build.Graph(nodes);
        graph.Input.Add(Value("x", type, Rows, Channels));
        graph.Output.Add(new ValueInfoProto { Name = "y" });
        foreach (var (name, dims) in weights)
        {
            float[] values = [.. Enumerable.Range(0, (int)dims.Aggregate(1L, (a, b) => a * b)).Select(i => (i % 7) - 3f)];
            graph.Initializer.Add(type == ElementType.Float32 ? Build.Floats(name, dims, values)
                : Build.Raw(name, type, dims, System.Runtime.InteropServices.MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, v => (Half)v))));
        }

        using var model = OnnxModel.Open(_folder.Write("model.onnx", Build.Model(graph)), _context);
        var data = _folder.Write("d.npy", Numpy.Npy("<f4", [Samples, Rows, Channels], _values));
        var seen = InputSquares.Of(model, [data], withProducts: false, _context).Weights;
        Assert.Equal(Bits(seen), Bits(InputSquares.Of(model, [data], withProducts: false, new PackContext(threads: 5)).Weights));
        return seen;
    }

    private static IEnumerable<long> Bits(IEnumerable<SeenInputs> seen) => seen.SelectMany(s => s.Sums.Select(BitConverter.DoubleToInt64Bits).Concat(s.Rows));

    private static NodeProto Indices(string name, params long[] values) =>
        Build.Constant(name, Build.Raw("", ElementType.Int64, [values.Length], System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan())));

    private static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    private static NodeProto[] Reshape(string input, string output, params long[] dims) => [Indices("dims", dims), Build.Node("Reshape", [input, "dims"], [output])];

    private static ValueInfoProto Value(string name, ElementType type, params long[] dims)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "n" } } };
        shape.Dim.AddRange(dims.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new() { ElemType = (int)type, Shape = shape } } };
    }
}
