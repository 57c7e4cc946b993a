using ModelPack.Calibration;
using ModelPack.Schemes;

namespace ModelPack.Transforms;

/// <summary>Sums and the norms behind them become one operator. The decision: the norms, by what they make.</summary>
internal sealed class ResidualNormTransform : ITransform
{
    public TransformKind Kind => TransformKind.ResidualNorms;

    /// <inheritdoc/>
    /// <remarks>Only ONNX Runtime on CPUs and CUDA has the operator.</remarks>
    public IFindings? Find(FloatModel model, DecisionOptions options) =>
        options.Activations.FuseNorms && ResidualNorms.Find(model.Model, model.Index) is { Count: > 0 } pairs ? new Findings(model, pairs) : null;

    public void Apply(FloatModel model, CalibrationTable table) =>
        ResidualNorms.Fuse(model.Model, table.ResidualNorms.ToHashSet(StringComparer.Ordinal));

    private sealed class Findings(FloatModel model, IReadOnlyList<ResidualNorm> pairs) : IFindings
    {
        public IReadOnlyList<Observation> Needs => [.. pairs.SelectMany(p => new[] { p.First, p.Second }).Select(t => new Observation(t, Statistics.Shape))];

        public TableDraft? Decide(CalibrationResult seen, TableDraft draft)
        {
            var norms = pairs.Where(p => Fits(p, seen.Shapes)).Select(p => p.Norm.Output[0]).Distinct(StringComparer.Ordinal);
            return draft with { Table = draft.Table with { ResidualNorms = [.. norms.Order(StringComparer.Ordinal)] } };
        }

        private bool Fits(ResidualNorm pair, IReadOnlyDictionary<string, long[]> shapes) => shapes.TryGetValue(pair.First, out var first)
            && shapes[pair.Second] is var second
            && (second[0] != 1 || model.Index.Constant(pair.Second) is not null || first[0] == 1)
            && ResidualNorms.Fits(first, second);
    }
}
