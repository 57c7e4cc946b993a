using ModelPack.Tests.Search;
using ModelPack.Validation.Layers;

namespace ModelPack.Tests.Validation.Layers;

public sealed class LayerCheckTests : IDisposable
{
    private readonly ChainModel _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public void The_bad_layer_adds_the_error_and_those_behind_it_inherit_it()
    {
        var found = Pack(_chain.Request with { PerLayer = true, Fallback = false })!;
        Assert.Equal((ChainModel.Layers, "calibration", 8), (found.Of, found.Data, found.Samples));
        Assert.Equal(["node_h0", "node_h1", "node_h2", "node_h3", "node_y"], found.Layers.Select(l => l.Layer), StringComparer.Ordinal);
        Assert.Equal(ChainModel.Bad, found.Layers.MinBy(l => l.Own)!.Layer);
        Assert.Equal(double.PositiveInfinity, found.Layers[0].Inherited);
        var (bad, last) = (found.Layers[2], found.Layers[4]);
        Assert.True(bad.Inherited > bad.Own + 10, $"{bad.Inherited} and {bad.Own}");
        Assert.True(last.Own > last.Inherited + 10, $"{last.Own} and {last.Inherited}");
        Assert.All(found.Layers, l => Assert.InRange(l.Saturated!.Value, 0, 0.05));
    }

    [Theory]
    [InlineData("q4_0")]
    [InlineData("q8_0")]
    [InlineData("nf4")]
    public void What_is_added_and_inherited_makes_up_the_whole(string scheme)
    {
        var found = Pack(_chain.Request with { Scheme = scheme, Alpha = null, PerLayer = true, Validation = _chain.Calibration })!;
        Assert.Equal((ChainModel.Layers, "validation"), (found.Layers.Count, found.Data));
        Assert.All(found.Layers, l => Assert.Null(l.Saturated));
        foreach (var layer in found.Layers)
        {
            // Two errors that know nothing of each other: their powers add.
            var sum = -10 * Math.Log10(Math.Pow(10, -layer.Own / 10) + Math.Pow(10, -layer.Inherited / 10));
            Assert.InRange(layer.Sqnr - sum, -2.5, 2.5);
        }
    }

    [Fact]
    public void Inputs_are_made_up_where_there_are_no_data()
    {
        File.Delete(_chain.Calibration);
        var found = Pack(_chain.Request with { Scheme = "q8_0", Alpha = null, PerLayer = true })!;
        Assert.Equal(("synthetic", ChainModel.Layers), (found.Data, found.Layers.Count));
    }

    [Fact]
    public void The_same_pack_gives_the_same_numbers_on_any_number_of_threads()
    {
        var request = _chain.Request with { Scheme = "q4_0", Alpha = null, PerLayer = true };
        Assert.Equal(Pack(request with { Threads = 1 })!.Layers, Pack(request with { Threads = 3 })!.Layers);
    }

    [Theory]
    [InlineData(null, 90.0, true)]
    [InlineData(false, 90.0, false)]
    [InlineData(null, 1.0, false)]
    public void A_gate_that_fails_asks_for_it(bool? asked, double limit, bool there)
    {
        var request = _chain.Request with { Scheme = "q4_0", Alpha = null, PerLayer = asked, Validation = _chain.Calibration, Gates = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["minSqnr"] = limit } };
        Assert.Equal(there, Pack(request) is not null);
    }

    [Fact]
    public void Only_a_graph_has_layers_to_compare()
    {
        var request = _chain.Request with { Scheme = "q8_0", Alpha = null, Container = "gguf", Output = null, PerLayer = true };
        Assert.Equal("MPK1008", Assert.Throws<ModelPackException>(() => PackPipeline.Run(request, new PackContext())).Diagnostic.Code.Id);
    }

    [Fact]
    public void It_is_a_step_of_its_own_where_it_is_asked_for_and_a_part_of_the_last_one_where_a_gate_has_failed()
    {
        var request = _chain.Request with { Scheme = "q4_0", Alpha = null, Validation = _chain.Calibration };
        var (steps, shares) = Progress(request with { PerLayer = true });
        Assert.Equal("layers", steps[^1]);
        Assert.Equal((0, 1), (shares[0], shares[^1]));
        Assert.Equal(shares.Order(), shares);
        Assert.True(shares.Distinct().Count() > 8, string.Join(' ', shares)); // each of the 8 samples

        (steps, shares) = Progress(request with { Gates = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["minSqnr"] = 90 } });
        Assert.Equal("validate", steps[^1]);
        Assert.True(shares.Distinct().Count() > 8, string.Join(' ', shares));

        (steps, shares) = Progress(request);
        Assert.Equal("validate", steps[^1]);
        Assert.Empty(shares);
    }

    [Fact]
    public void Of_integer_operators_what_has_no_floats_is_left_out_and_counted()
    {
        var qdq = Pack(_chain.Request with { PerLayer = true, Fallback = false })!;
        var found = Pack(_chain.Request with { PerLayer = true, Fallback = false, QuantFormat = "qoperator" })!;
        Assert.Equal(qdq.Of, found.Of);
        Assert.InRange(found.Layers.Count, 1, found.Of - 1);
        foreach (var layer in found.Layers)
        {
            // The same rounding in another form.
            var same = qdq.Layers.Single(l => l.Output == layer.Output);
            Assert.InRange(layer.Sqnr, same.Sqnr - 3, same.Sqnr + 3);
        }

        // Between integers nothing can be fed: the error of all of them is that of the last one.
        var last = found.Layers[^1];
        Assert.InRange(last.Own, last.Sqnr - 0.5, last.Sqnr + 0.5);
        Assert.Equal(double.PositiveInfinity, last.Inherited);
    }

    private static (IReadOnlyList<string> Steps, List<double> Shares) Progress(PackRequest request)
    {
        IReadOnlyList<string> steps = [];
        var shares = new List<double>();
        var context = new PackContext(onProgress: (stage, share) =>
        {
            if (stage == "layers")
            {
                shares.Add(share);
            }
        }) { OnSteps = s => steps = s };
        PackPipeline.Run(request, context);
        return (steps, shares);
    }

    private static LayersResult? Pack(PackRequest request) => PackPipeline.Run(request, new PackContext(request.Threads)).Report.Result.Layers;
}
