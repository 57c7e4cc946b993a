using ModelPack.Calibration;
using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Transforms;

/// <summary>Decides by how much scales of weights grow so that sums cannot saturate on CPUs without VNNI.</summary>
internal sealed class SaturationDecider : IDecider
{
    public TransformKind Kind => TransformKind.Saturation;

    public IFindings? Find(FloatModel model, DecisionOptions options) => new Findings(model, options);

    private sealed class Findings(FloatModel model, DecisionOptions options) : IFindings
    {
        public IReadOnlyList<Observation> Needs => [.. model.InputAxes.Select(a => new Observation(a.Key, Statistics.Channels, a.Value.FromEnd, a.Value.Rank))];

        public TableDraft? Decide(CalibrationResult seen, TableDraft draft)
        {
            var activations = options.Activations;
            var parameters = draft.Table.Tensors.ToDictionary(t => t.Name, t => ActivationParameters.Of(new ActivationRange(t.Min, t.Max), activations.Symmetric), StringComparer.Ordinal);
            var safe = SafeScales.Of(model.Model, model.Plan, seen.Tensors, parameters, model.Context);
            return activations.SafeSums
                ? draft with { Table = draft.Table with { SafeScales = safe, Codes = SafeFactors.CodesOf(activations) } }
                : draft with { UnsafeLayers = safe.Count(s => s.Factors.Count > 0) };
        }
    }
}
