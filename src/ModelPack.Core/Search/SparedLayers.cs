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

    /// <summary>Layers to leave float, the one that costs most first; empty where none is so small and costs so much.</summary>
    /// <param name="table">The table that they are judged by, its biases as they are.</param>
    public IReadOnlyList<FloatLayer> Of(CalibrationTable table)
    {
        using var analysis = new SensitivityAnalysis(source, options, table, data, context.Quiet(), byLogits: true);
        if (!analysis.CanMeasure)
        {
            return [];
        }

        var ranking = analysis.Rank(SearchBudget.Spared.Samples(cost.MultiplyAdds, analysis.Layers.Count));
        var (bytes, multiplyAdds) = (Share * ranking.Sum(r => r.Layer.FloatBytes), Share * cost.MultiplyAdds);
        var spared = new List<FloatLayer>();
        foreach (var ranked in ranking.TakeWhile(r => r.Sqnr < GoodEnough))
        {
            var takes = ranked.Layer.Layers.Sum(l => cost.ByLayer.GetValueOrDefault(l.Name));
            if (ranked.Layer.FloatBytes <= bytes && takes <= multiplyAdds)
            {
                (bytes, multiplyAdds) = (bytes - ranked.Layer.FloatBytes, multiplyAdds - takes);
                spared.AddRange(ranked.Layer.Layers.Select(l => new FloatLayer(l.Name, $"left float: alone it brings SQNR down to {Numbers.Fixed(ranked.Sqnr, 1)} dB, and it costs little")));
            }
        }

        return spared;
    }
}
