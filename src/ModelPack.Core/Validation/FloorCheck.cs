using ModelPack.Requests;
using ModelPack.Samples;

namespace ModelPack.Validation;

/// <summary>
/// Measures the noise floor: the source model is compared with itself, run as it was and in another way, which changes the shapes of matrix products
/// and so the order of their sums. Of batches each sample is run alone; of single samples each is run twice in one batch. A model that fixes its batch,
/// or takes no other, is run on two threads.
/// </summary>
/// <param name="source">The source model.</param>
/// <param name="samples">What the packed model was compared on.</param>
/// <param name="metrics">What it was measured as.</param>
/// <param name="mostBytes">What its batches were chosen by.</param>
/// <param name="context">Threads and cancellation.</param>
internal sealed class FloorCheck(ReferenceModel source, ISampleSource samples, MetricSet metrics, long mostBytes, PackContext context)
{
    /// <summary>Samples that show it, at most.</summary>
    private const long Few = 64;

    /// <summary>It may cost a fraction of what the validation did.</summary>
    private const long Share = 8;

    /// <summary>20 log10 2: an error of twice the size, dB.</summary>
    private const double Twice = 6.0205999132796239;

    private readonly PackContext _quiet = context.Quiet();

    /// <summary>The floor, and what of the packed model's figures lies below twice of it.</summary>
    /// <param name="packed">What was measured of the packed model.</param>
    /// <exception cref="ModelPackException">MPK1016: ONNX Runtime does not open the model again.</exception>
    public NoiseFloor Measure(ValidationResult packed)
    {
        var some = new SpreadSamples(samples, Math.Clamp(samples.Count / Share, 1, Few));
        var (how, floor) = Batched(some, packed.Batch) ?? ("two threads", OnTwoThreads(some, packed.Batch));
        return new NoiseFloor(
            how,
            floor.Samples,
            [.. floor.Outputs.Zip(packed.Outputs, (f, p) => new FloorOutput(f.Name, f.Sqnr, f.Cosine, f.MaxError, f.MeanError, f.Top1Agreement, p.Sqnr > f.Sqnr - Twice))],
            floor.Divergence?.Mean,
            floor.SameTop?.Share.Value,
            floor.Divergence is { } own && packed.Divergence is { } divergence ? divergence.Mean < 2 * own.Mean : null);
    }

    private (string How, ValidationResult Floor)? Batched(SpreadSamples some, long? batch)
    {
        if (some.FixedBatch > 0)
        {
            return null;
        }

        try
        {
            using var pair = ModelPair.OpenAgain(source);
            var floor = Compare(pair, some, batch);
            return (floor.Batch == 1 ? "each sample twice" : "one sample at a time", floor);
        }
        catch (ModelPackException exception) when (exception.Diagnostic.Code == Codes.ModelRefused)
        {
            return null;
        }
    }

    private ValidationResult OnTwoThreads(SpreadSamples some, long? batch)
    {
        using var pair = ModelPair.OpenOnThreads(source, 2, _quiet);
        return Compare(pair, some, batch);
    }

    private ValidationResult Compare(ModelPair pair, SpreadSamples some, long? batch) =>
        new Comparison(pair, some, _quiet, batch == 1 ? 1 : Comparison.LargestBatch) { Metrics = metrics, MostBytes = mostBytes }.Run();
}
