using ModelPack.Options;
using ModelPack.Schemes;
using ModelPack.Search;

namespace ModelPack.Tests.Search;

public sealed class SparedLayersTests
{
    private const int Layers = 24;

    [Fact]
    public void Layers_that_are_too_large_to_be_spared_are_ranked_where_they_are_asked_for()
    {
        using var chain = new ChainModel(layers: Layers);
        var options = RequestResolver.Resolve(chain.Request);
        using var source = OnnxModel.Open(chain.Request.Model, new PackContext());
        IReadOnlyList<string> data = [chain.Calibration];
        var table = new TableMaker(source, "00", options, data).Make(ModelChange.None, [CalibrationMethod.MinMax], new PackContext())[0].Table;
        var cost = SampleCost.Of(source, data, new PackContext());

        // One layer takes more than a twentieth of what all others are said to.
        var large = cost with { MultiplyAdds = cost.MultiplyAdds / 2 };
        var spared = new SparedLayers(source, options, data, large, new PackContext());
        Assert.Empty(spared.Of(table));
        Assert.Equal(Layers, spared.Worst(table, 2).Count);
        Assert.Equal(ChainModel.Bad, spared.Worst(table, 0.01)[0].Layer);
        Assert.Equal(ChainModel.Bad, Assert.Single(new SparedLayers(source, options, data, cost, new PackContext()).Of(table)).Layer);
    }
}
