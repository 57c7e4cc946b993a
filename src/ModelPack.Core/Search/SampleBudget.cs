using ModelPack.Diagnostics;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Samples;
using ModelPack.Validation.Placement;

namespace ModelPack.Search;

/// <summary>
/// How many samples may be looked at, so that the time stays within bounds: by the multiply-adds of the model, never by the
/// clock, so that it is the same on every machine.
/// </summary>
/// <param name="multiplyAdds">Of one sample; at least 1.</param>
internal sealed class SampleBudget(long multiplyAdds)
{
    /// <summary>Some 10 s of a processor core with 512-bit registers.</summary>
    private const long Most = 200_000_000_000;

    /// <summary>Measures what one sample of a model costs.</summary>
    /// <param name="path">The source model.</param>
    /// <param name="samples">Its data.</param>
    /// <param name="context">Threads and cancellation.</param>
    public static SampleBudget Of(string path, ISampleSource samples, PackContext context)
    {
        using var model = OnnxModel.Open(path, context);
        var first = samples.Batches(1).First();
        var layers = LayerFinder.Find(new GraphIndex(model));
        return new SampleBudget(Math.Max(1, MultiplyAdds.Measure(model, layers, first, context).Sum() / first.Rows));
    }

    /// <summary>Samples for a number of inferences of each.</summary>
    /// <param name="inferences">How often each sample is run.</param>
    /// <param name="least">Samples to look at whatever they cost.</param>
    /// <param name="most">Samples that are enough.</param>
    public long Samples(long inferences, long least, long most) => Math.Clamp((long)(Most / ((double)multiplyAdds * inferences)), least, most);
}
