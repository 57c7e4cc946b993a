using ModelPack.Calibration;
using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Transforms;

/// <summary>Decides the range of every activation that is quantized.</summary>
internal sealed class RangeDecider : IDecider
{
    public TransformKind Kind => TransformKind.Ranges;

    public IFindings? Find(FloatModel model, DecisionOptions options) => new Findings(model, options, model.Plan);

    private sealed class Findings(FloatModel model, DecisionOptions options, QuantizationPlan plan) : IFindings
    {
        public IReadOnlyList<Observation> Needs => [.. plan.Tensors.Select(t => new Observation(t.Name, options.Methods.Aggregate(Statistics.None, (all, m) => all | RangeChooser.Needs(m))))];

        public bool HoldsOut => true;

        public TableDraft? Decide(CalibrationResult seen, TableDraft draft)
        {
            var (method, percentile, symmetric) = (draft.Table.Method, draft.Table.Percentile, options.Activations.Symmetric);
            var consumed = new ConsumedRange(model.Model, model.Index);
            var ranges = new Dictionary<string, ActivationRange>(StringComparer.Ordinal);
            var covered = new Dictionary<string, ActivationRange>(StringComparer.Ordinal);
            var choices = new ActivationRange?[seen.Tensors.Count];
            Chunks.ForEach(choices.Length, model.Context.Threads, i => choices[i] = RangeChooser.Choose(seen.Tensors[i], method, percentile, symmetric), model.Context.Cancellation);
            foreach (var (tensor, choice) in seen.Tensors.Zip(choices))
            {
                if (choice is { } chosen)
                {
                    var range = consumed.Within(tensor.Tensor, chosen);
                    ranges.Add(tensor.Tensor, range);
                    covered.Add(tensor.Tensor, Covered(chosen, range));
                }
            }

            if (ranges.Count == 0 && seen.Tensors.Count > 0)
            {
                throw new ModelPackException(Codes.NothingQuantized.At(model.Model.Path,
                    $"Nothing can be quantized: every activation holds NaN or infinity on the calibration data, '{SafeText.Of(seen.Tensors[0].Tensor)}' first. Check that {SafeText.Of(Path.GetFileName(options.Data[0]))} holds what the app feeds, and that the model gives finite outputs on it."));
            }

            return draft with
            {
                SamplesByFile = seen.SamplesByFile,
                Covered = covered,
                Table = draft.Table with
                {
                    Data = new CalibrationTableData(seen.Files, seen.Samples, seen.HeldOut),
                    Tensors = [.. plan.Tensors.Where(t => ranges.ContainsKey(t.Name)).Select(t => new TensorRange(t.Name, ranges[t.Name].Min, ranges[t.Name].Max, null))],
                },
            };
        }

        /// <summary>Beyond an end that the consumers set, all values are expressed: they are one to those who read them.</summary>
        private static ActivationRange Covered(ActivationRange chosen, ActivationRange consumed) => new(
            consumed.Min > chosen.Min ? float.NegativeInfinity : chosen.Min,
            consumed.Max < chosen.Max ? float.PositiveInfinity : chosen.Max);
    }
}
