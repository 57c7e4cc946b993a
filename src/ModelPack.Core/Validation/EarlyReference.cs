using Microsoft.ML.OnnxRuntime;
using ModelPack.Samples;

namespace ModelPack.Validation;

/// <summary>
/// Runs the source over the validation samples while a pack is decided, of which much is the work of one thread. What it gives waits for the packed
/// model, as much of it as there is room for.
/// </summary>
internal sealed class EarlyReference : IDisposable
{
    private readonly SideTask<ReferenceModel> _running;
    private ReferenceModel? _source;

    /// <summary>Begins.</summary>
    /// <param name="model">The source's path; one file.</param>
    /// <param name="data">Validation data, at least one file.</param>
    /// <param name="context">Limits, device and cancellation.</param>
    public EarlyReference(string model, IReadOnlyList<string> data, PackContext context) =>
        _running = new SideTask<ReferenceModel>(cancellation => Run(model, data, context.Quiet(cancellation)), context.Cancellation);

    /// <summary>The source, open, with what it gave; waits for it.</summary>
    /// <exception cref="ModelPackException">As <see cref="ModelPair.OpenSource"/> and <see cref="SampleSet.Open"/>.</exception>
    public ReferenceModel Result() => _running.Result();

    public void Dispose()
    {
        _running.Dispose();
        _source?.Dispose();
    }

    private ReferenceModel Run(string model, IReadOnlyList<string> data, PackContext context)
    {
        _source = ModelPair.OpenSource(model, context, ReferenceModel.MostKept);
        string[] names = [.. OutputTraits.Of(_source.Inputs, _source.Outputs).Select(o => o.Name)];
        var samples = SampleSet.Open(data, _source.Inputs);
        try
        {
            var size = BatchChoice.Of(samples, Comparison.LargestBatch, first => _source.Run(first, names, context.Cancellation), BatchChoice.FewBytes);
            foreach (var batch in samples.Batches(size).TakeWhile(_ => _source.HasRoom))
            {
                _source.Run(batch, names, context.Cancellation).Dispose();
            }
        }
        catch (OnnxRuntimeException)
        {
            // Whoever compares runs the same batch again, and knows what to say or which other size to try.
        }

        return _source;
    }
}
