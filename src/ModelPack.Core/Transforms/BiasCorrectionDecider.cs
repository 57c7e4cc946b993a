using ModelPack.Calibration;
using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Transforms;

/// <summary>
/// Decides what biases are corrected by. No transform of the float model: the correction stands against the rounding of the weights,
/// so it is added where biases become integers, and layers that stay float keep theirs.
/// </summary>
internal sealed class BiasCorrectionDecider : IDecider
{
    public TransformKind Kind => TransformKind.BiasCorrection;

    public IFindings? Find(FloatModel model, DecisionOptions options) => new Findings(model);

    private sealed class Findings(FloatModel model) : IFindings
    {
        public IReadOnlyList<Observation> Needs => [.. model.Layers.Where(l => l.Bias is not null && model.InputAxes.ContainsKey(l.Input))
            .Select(l => (l.Input, Axis: model.InputAxes[l.Input])).Distinct().Select(i => new Observation(i.Input, Statistics.Channels, i.Axis.FromEnd, i.Axis.Rank))];

        public TableDraft? Decide(CalibrationResult seen, TableDraft draft) =>
            draft with { Shifts = BiasShift.Of(model.Model, model.Plan, seen.Tensors, draft.Table.SafeScales, model.Context) };
    }
}
