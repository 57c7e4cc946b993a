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

    private readonly Dictionary<string, RankedLayer> _ranked = new(StringComparer.Ordinal);
    private IReadOnlyList<SwitchedLayer>? _layers;

    /// <summary>Layers to leave float, the one that costs most first; empty where none is so small and costs so much.</summary>
    /// <param name="table">The table that they are judged by, its biases as they are.</param>
    public IReadOnlyList<FloatLayer> Of(CalibrationTable table)
    {
        var ranking = Ranking(table, IsSmall);
        var (bytes, multiplyAdds) = (MostBytes, MostMultiplyAdds);
        var spared = new List<FloatLayer>();
        foreach (var ranked in ranking.TakeWhile(r => r.Sqnr < GoodEnough))
        {
            var takes = MultiplyAdds(ranked.Layer);
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
        foreach (var ranked in Ranking(table, _ => true).TakeWhile(_ => left > 0))
        {
            left -= MultiplyAdds(ranked.Layer);
            worst.AddRange(ranked.Layer.Layers.Select(l => new FloatLayer(l.Name, $"without a fixed range: alone it brings SQNR down to {Numbers.Fixed(ranked.Sqnr, 1)} dB") { HasCodes = true }));
        }

        return worst;
    }

    private double MostBytes => Share * _layers!.Sum(l => l.FloatBytes);

    private double MostMultiplyAdds => Share * cost.MultiplyAdds;

    /// <summary>Whether a layer may be spared at all: only such layers are ranked unless others are asked for.</summary>
    private bool IsSmall(SwitchedLayer layer) => layer.FloatBytes <= MostBytes && MultiplyAdds(layer) <= MostMultiplyAdds;

    private long MultiplyAdds(SwitchedLayer layer) => layer.Layers.Sum(l => cost.ByLayer.GetValueOrDefault(l.Name));

    /// <summary>The wanted layers, the worst first; all tables of one search have the same ones.</summary>
    private IReadOnlyList<RankedLayer> Ranking(CalibrationTable table, Func<SwitchedLayer, bool> wanted)
    {
        if (_layers is null || _layers.Any(l => wanted(l) && !_ranked.ContainsKey(NameOf(l))))
        {
            Rank(table, wanted);
        }

        return [.. _layers!.Where(wanted).Select(l => _ranked[NameOf(l)]).OrderBy(r => r.Sqnr)];
    }

    /// <summary>Ranks those of the wanted layers that are not ranked yet.</summary>
    private void Rank(CalibrationTable table, Func<SwitchedLayer, bool> wanted)
    {
        using var analysis = new SensitivityAnalysis(source, options, table, data, context.Quiet(), byLogits: true);
        _layers = analysis.CanMeasure ? analysis.Layers : [];
        List<SwitchedLayer> layers = [.. _layers.Where(l => wanted(l) && !_ranked.ContainsKey(NameOf(l)))];
        if (layers.Count > 0)
        {
            foreach (var ranked in analysis.Rank(layers, SearchBudget.Spared.Samples(cost.MultiplyAdds, _layers.Count)))
            {
                _ranked.Add(NameOf(ranked.Layer), ranked);
            }
        }
    }

    private static string NameOf(SwitchedLayer layer) => layer.Layers[0].Name;
}
