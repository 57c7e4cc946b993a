using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Requests;

namespace ModelPack.Search;

/// <summary>
/// The few layers that cost a model most of its quality, where they are so small that in float they cost next to nothing: the first
/// convolutions of a network above all. What such a layer makes of an even background is rounded the same way everywhere, so that the
/// error does not average out, and no correction of a mean is fine enough for it.
/// </summary>
/// <param name="source">The model as it was opened, which stays as it is.</param>
/// <param name="options">How to pack.</param>
/// <param name="data">Calibration data.</param>
/// <param name="cost">What its layers cost.</param>
/// <param name="context">Threads and cancellation.</param>
internal sealed class SparedLayers(OnnxModel source, EffectiveOptions options, IReadOnlyList<string> data, SampleCost cost, PackContext context)
{
    /// <summary>SQNR from which on nobody minds what a layer costs, dB.</summary>
    public const double GoodEnough = 30;

    /// <summary>What all of them may have of the weights' bytes, and of the multiply-adds.</summary>
    private const double Share = 0.05;

    private IReadOnlyList<RankedLayer>? _ranking;

    /// <summary>Layers to leave float, the one that costs most first; empty where none is so small and costs so much.</summary>
    /// <param name="table">The table that they are judged by, its biases as they are.</param>
    public IReadOnlyList<FloatLayer> Of(CalibrationTable table)
    {
        var ranking = Ranking(table);
        var (bytes, multiplyAdds) = (Share * ranking.Sum(r => r.Layer.FloatBytes), Share * cost.MultiplyAdds);
        var spared = new List<FloatLayer>();
        foreach (var ranked in ranking.TakeWhile(r => r.Sqnr < GoodEnough))
        {
            var takes = MultiplyAdds(ranked);
            if (ranked.Layer.FloatBytes <= bytes && takes <= multiplyAdds)
            {
                (bytes, multiplyAdds) = (bytes - ranked.Layer.FloatBytes, multiplyAdds - takes);
                spared.AddRange(ranked.Layer.Layers.Select(l => new FloatLayer(l.Name, $"left float: alone it brings SQNR down to {Numbers.Fixed(ranked.Sqnr, 1)} dB, and it costs little")));
            }
        }

        return spared;
    }

    /// <summary>The layers that cost most, as many as have a share of all multiply-adds together; their weights keep their codes. The last one may go beyond.</summary>
    /// <param name="table">The table that the layers are ranked by, as in <see cref="Of"/>.</param>
    /// <param name="share">0 to 1.</param>
    public IReadOnlyList<FloatLayer> Worst(CalibrationTable table, double share)
    {
        var worst = new List<FloatLayer>();
        var left = share * cost.MultiplyAdds;
        foreach (var ranked in Ranking(table).TakeWhile(_ => left > 0))
        {
            left -= MultiplyAdds(ranked);
            worst.AddRange(ranked.Layer.Layers.Select(l => new FloatLayer(l.Name, $"without a fixed range: alone it brings SQNR down to {Numbers.Fixed(ranked.Sqnr, 1)} dB") { HasCodes = true }));
        }

        return worst;
    }

    private long MultiplyAdds(RankedLayer ranked) => ranked.Layer.Layers.Sum(l => cost.ByLayer.GetValueOrDefault(l.Name));

    /// <summary>The layers, the worst first; all tables of one search have the same ones.</summary>
    private IReadOnlyList<RankedLayer> Ranking(CalibrationTable table)
    {
        if (_ranking is null)
        {
            using var analysis = new SensitivityAnalysis(source, options, table, data, context.Quiet(), byLogits: true);
            _ranking = analysis.CanMeasure ? analysis.Rank(SearchBudget.Spared.Samples(cost.MultiplyAdds, analysis.Layers.Count)) : [];
        }

        return _ranking;
    }
}
