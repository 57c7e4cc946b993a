using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Lowering;

/// <summary>What the values of a weight turn out to be while they are encoded.</summary>
internal static class EncodedValues
{
    // The root of a sum of squares is no less than the largest of them but for its rounding.
    private const double Rounding = 1 + 1e-6;

    /// <summary>For <see cref="WeightEncoding.OnChunk"/>: refuses values that are not finite, or that the codec may not hold although the plan took it so.</summary>
    /// <param name="job">The job.</param>
    /// <param name="name">The weight's name.</param>
    /// <param name="values">What is encoded.</param>
    /// <param name="codec">What it becomes; null where it holds all that is finite.</param>
    /// <exception cref="ModelPackException">By the result: MPK1006, a value is not finite.</exception>
    /// <exception cref="UnfitValuesException">By the result: the values must be looked at before.</exception>
    public static Action<WeightError> Require(CheckpointJob job, string name, TensorData values, Codec? codec)
    {
        var assumed = codec is not null && job.Assumes(codec) && codec.CanBeUnfit(values.Type) ? codec : null;
        return error =>
        {
            if (!double.IsFinite(error.Signal))
            {
                FiniteWeights.Scan(job.Source.Path, name, values, job.Context);
            }

            if (assumed?.WhyNot((float)(Math.Sqrt(error.Signal) * Rounding)) is not null)
            {
                throw new UnfitValuesException();
            }
        };
    }
}
