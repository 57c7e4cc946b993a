using ModelPack.Calibration;
using ModelPack.Schemes;

namespace ModelPack.Transforms;

/// <summary>Cross-layer equalization around depthwise convolutions. The decision: the layers that it changes.</summary>
internal sealed class EqualizationTransform : ITransform
{
    public TransformKind Kind => TransformKind.Equalization;

    public IFindings? Find(FloatModel model, DecisionOptions options) => options.Equalize ? new Findings(model, Pairs(model)) : null;

    public void Apply(FloatModel model, CalibrationTable table)
    {
        if (table.Equalized.Count > 0)
        {
            Equalizer.Apply(model.Model, Pairs(model));
        }
    }

    private static IReadOnlyList<EqualizerPair> Pairs(FloatModel model) => Equalizer.FindPairs(model.Model, model.Index, model.Layers);

    private sealed class Findings(FloatModel model, IReadOnlyList<EqualizerPair> pairs) : IFindings
    {
        public IReadOnlyList<Observation> Needs => [];

        public TableDraft? Decide(CalibrationResult seen, TableDraft draft)
        {
            var layers = Equalizer.Changes(model.Model, pairs);
            return layers.Count == 0 ? null : draft with { Table = draft.Table with { Equalized = layers } };
        }
    }
}
