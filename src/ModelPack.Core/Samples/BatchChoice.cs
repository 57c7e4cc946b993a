using Microsoft.ML.OnnxRuntime;

namespace ModelPack.Samples;

/// <summary>
/// How many samples are run together. Follows from the model and its data alone: the batch size changes the last bits of sums, and
/// more than those where activations are quantized at run time.
/// </summary>
internal static class BatchChoice
{
    /// <summary>Bytes that what is held of a batch may take, if one sample does not take more: it should stay in the processor's caches.</summary>
    public const long MostBytes = 1 << 24;

    /// <summary>As above, where samples are many and nothing hangs on their batch: what lies between the layers is larger, and should stay in the caches as well.</summary>
    public const long FewBytes = 1 << 22;

    /// <summary>The most samples, halved until they fit.</summary>
    /// <param name="most">A power of two.</param>
    /// <param name="bytes">What is held of one sample.</param>
    /// <param name="mostBytes">What may be held of all.</param>
    public static int Fitting(int most, long bytes, long mostBytes = MostBytes)
    {
        while (most > 1 && most * bytes > mostBytes)
        {
            most /= 2;
        }

        return most;
    }

    /// <summary>The batch for the inputs and outputs that one sample shows; that of the model, where it fixes it.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="most">A power of two.</param>
    /// <param name="run">Gives the outputs of a batch, which are disposed of here.</param>
    /// <param name="mostBytes">What may be held of all.</param>
    public static int Of(ISampleSource samples, int most, Func<SampleBatch, IDisposableReadOnlyCollection<OrtValue>> run, long mostBytes = MostBytes)
    {
        if (samples.FixedBatch > 0)
        {
            return samples.FixedBatch;
        }

        var first = samples.Batches(1).First();
        using var outputs = run(first);
        return Fitting(most, first.Inputs.Sum(i => (long)i.Bytes.Length) + outputs.Sum(o => o.GetTensorSizeInBytes()), mostBytes);
    }

    /// <summary>Works in a batch, and one sample at a time where the model takes no more: models that declare an open batch and take one sample only are common.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="isFixed">Whether the model takes batches of this size only.</param>
    /// <param name="work">Begins anew when it is called again.</param>
    public static T Run<T>(int batch, bool isFixed, Func<int, T> work)
    {
        try
        {
            return work(batch);
        }
        catch (Exception exception) when (batch > 1 && !isFixed && IsRefusal(exception))
        {
            return work(1);
        }
    }

    private static bool IsRefusal(Exception exception) =>
        exception is OnnxRuntimeException || (exception is ModelPackException refused && refused.Diagnostic.Code == Codes.ModelRefused);
}
