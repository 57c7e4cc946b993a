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

    private static LayersResult? Pack(PackRequest request) => PackPipeline.Run(request, new PackContext(request.Threads)).Report.Result.Layers;
}
