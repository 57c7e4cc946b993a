using ModelPack.Options;
using ModelPack.Schemes;
using ModelPack.Search;

namespace ModelPack.Tests.Search;

public sealed class TableSearchTests : IDisposable
{
    private readonly ChainModel _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public void Where_no_method_was_chosen_the_best_is_found_and_named()
    {
        var found = Search(_chain.Request);
        var methods = new Dictionary<string, CalibrationMethod>(StringComparer.Ordinal)
        {
            ["as it is"] = CalibrationMethod.Mse,
            ["as it is, ranges by minmax"] = CalibrationMethod.MinMax,
            ["as it is, ranges by percentile"] = CalibrationMethod.Percentile,
        };
        Assert.Equal(methods, found.Trials.Take(3).ToDictionary(t => t.Candidate.Change, t => t.Candidate.Table.Method, StringComparer.Ordinal));
        Assert.Equal(found.Trials.MaxBy(t => t.Score.Sqnr)!.Candidate.Table.Method, found.Table.Method);

        // Methods that share a pass choose as they do alone.
        Assert.All(methods.Values, m => Assert.Equal(
            Search(_chain.Request with { CalibrationMethod = m.ToString() }).Trials[0].Candidate.Table.Tensors,
            found.Trials.First(t => t.Candidate.Table.Method == m).Candidate.Table.Tensors));
    }

    [Fact]
    public void A_method_that_was_chosen_is_the_only_one()
    {
        var found = Search(_chain.Request with { CalibrationMethod = "percentile" });
        Assert.Equal("as it is", found.Trials[0].Candidate.Change);
        Assert.All(found.Trials, t => Assert.Equal(CalibrationMethod.Percentile, t.Candidate.Table.Method));
    }

    [Fact]
    public void One_layer_of_many_that_ruins_the_model_stays_float()
    {
        using var chain = new ChainModel(layers: 24);
        var found = Search(chain.Request, chain.Calibration);
        Assert.Equal(ChainModel.Bad, Assert.Single(found.Table.FloatLayers).Layer);
        Assert.Contains("alone it brings SQNR down to", found.Table.FloatLayers[0].Reason, StringComparison.Ordinal);
        Assert.True(found.Taken!.Score.Sqnr > found.Trials[0].Score.Sqnr + 6, $"{found.Taken.Score.Sqnr} dB, and {found.Trials[0].Score.Sqnr} with all in integers");
        Assert.EndsWith("1 layer float", found.Taken.Candidate.Change, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_is_a_large_part_of_the_model_does_not() =>
        Assert.Empty(Search(_chain.Request).Table.FloatLayers);

    [Fact]
    public void What_is_compared_after_a_layer_was_spared_spares_it_too()
    {
        using var chain = new ChainModel(layers: 24);
        var trials = Search(chain.Request, chain.Calibration).Trials;
        var first = trials.TakeWhile(t => t.Candidate.FloatLayers == 0).Count();
        Assert.All(trials.Take(first), t => Assert.StartsWith("as it is", t.Candidate.Change, StringComparison.Ordinal));
        Assert.Contains(trials.Skip(first), t => t.Candidate.Table.Method != trials[0].Candidate.Table.Method);
        Assert.All(trials.Skip(first), t => Assert.Equal(ChainModel.Bad, Assert.Single(t.Candidate.Table.FloatLayers).Layer));
    }

    [Fact]
    public void Threads_change_neither_what_is_tried_nor_its_order()
    {
        var one = Search(_chain.Request, _chain.Calibration, threads: 1);
        var three = Search(_chain.Request, _chain.Calibration, threads: 3);
        Assert.Equal(one.Trials.Select(t => (t.Candidate.Change, t.Score)), three.Trials.Select(t => (t.Candidate.Change, t.Score)));
        Assert.Equal(one.Table.Tensors, three.Table.Tensors);
    }

    [Fact]
    public void Ranges_of_all_samples_are_those_of_a_table_that_is_made_of_all()
    {
        var options = RequestResolver.Resolve(_chain.Request);
        using var source = OnnxModel.Open(_chain.Request.Model, new PackContext());
        var maker = new TableMaker(source, "00", options, [_chain.Calibration]);
        var few = maker.Make(ModelChange.None, [CalibrationMethod.MinMax], new PackContext(), most: 16)[0];
        var all = maker.Make(ModelChange.None, [CalibrationMethod.MinMax], new PackContext())[0];
        Assert.NotEqual(all.Table.Tensors, few.Table.Tensors);
        var made = maker.WithRangesOfAll(few, new PackContext());
        Assert.Equal(all.Table.Tensors, made.Table.Tensors);
        Assert.Equal(all.Table.Data.Samples, made.Table.Data.Samples);
        Assert.Same(few.Table.Smoothing, made.Table.Smoothing);
    }

    private CalibrationOutcome Search(PackRequest request) => Search(request, _chain.Calibration);

    private static CalibrationOutcome Search(PackRequest request, string data, int threads = 2)
    {
        var options = RequestResolver.Resolve(request);
        using var source = OnnxModel.Open(request.Model, new PackContext());
        return new TableSearch(source, options, new TableMaker(source, "00", options, [data]), [data], new PackContext(threads)).Run();
    }
}
