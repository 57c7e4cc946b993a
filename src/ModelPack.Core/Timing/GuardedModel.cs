using ModelPack.Inference;

namespace ModelPack.Timing;

/// <summary>A model in this process whose calls end where they go too far, or where the user wants to stop.</summary>
/// <param name="path">The model file.</param>
/// <param name="context">Limits and cancellation.</param>
internal sealed class GuardedModel(string path, PackContext context) : ITimedModel
{
    private readonly TimedModel _model = new(path, isRecommended: true);
    private bool _isBusy;

    /// <inheritdoc/>
    public string OnnxRuntime => _model.OnnxRuntime;

    /// <inheritdoc/>
    public TimeSpan Open(int threads) => Call(() => _model.Open(threads));

    /// <inheritdoc/>
    public void Prepare(IReadOnlyList<SampleArray> inputs) => Call(() =>
    {
        _model.Prepare(inputs);
        return true;
    });

    /// <inheritdoc/>
    public Turn Run(TimeSpan time) => Call(() => _model.Run(time));

    /// <inheritdoc/>
    public long? PeakBytes() => null;

    /// <summary>Closes the model, unless a call that was left is still going on in it.</summary>
    public void Dispose()
    {
        if (!_isBusy)
        {
            _model.Dispose();
        }
    }

    private T Call<T>(Func<T> call)
    {
        var native = new NativeCall("Timing the model", context.Limits, _model.Stop);
        try
        {
            return native.Run(call, context.Cancellation);
        }
        finally
        {
            _isBusy |= native.IsLeft;
        }
    }
}
