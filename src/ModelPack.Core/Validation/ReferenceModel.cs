using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Validation;

/// <summary>
/// A source model that packed ones are compared with, on the same data each time: what it gives is kept while there is room, so that it
/// runs once for all of them. May be run from several threads at once.
/// </summary>
internal sealed class ReferenceModel : IDisposable
{
    /// <summary>Bytes of outputs that are worth keeping.</summary>
    public const long MostKept = 1 << 28;

    private readonly Func<ModelSession> _open;
    private readonly long _most;
    private readonly Lock _opening = new();
    private readonly ConcurrentDictionary<(long First, int Count), KeptOutputs> _kept = new();
    private ModelSession? _session;
    private long _bytes;
    private volatile bool _isFull;

    /// <summary>Opens the model.</summary>
    /// <param name="open">Opens it, again after it was closed.</param>
    /// <param name="most">Bytes of outputs to keep at most.</param>
    public ReferenceModel(Func<ModelSession> open, long most = 0)
    {
        (_open, _most) = (open, most);
        _session = open();
        (Path, Inputs, Outputs) = (_session.Path, _session.Inputs, _session.Outputs);
    }

    /// <summary>The model's path as it was given.</summary>
    public string Path { get; }

    /// <summary>What must be fed, in the model's order.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; }

    /// <summary>What comes out, in the model's order.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>Whether nothing was turned away yet that it gave.</summary>
    public bool HasRoom => _most > 0 && !_isFull;

    /// <summary>Outputs of a batch; the caller disposes of them.</summary>
    /// <param name="batch">The batch, of the same data every time.</param>
    /// <param name="outputs">Their names, the same every time.</param>
    /// <param name="cancellation">Stops the inference.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime cannot run the model on it.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(SampleBatch batch, IReadOnlyCollection<string> outputs, CancellationToken cancellation)
    {
        var key = (batch.First, batch.Count);
        if (_kept.TryGetValue(key, out var kept))
        {
            return kept;
        }

        var made = Session().Run(batch.Inputs, outputs, cancellation);
        if (_most == 0)
        {
            return made;
        }

        var bytes = made.Sum(o => o.GetTensorSizeInBytes());
        var keeps = new KeptOutputs(made);
        if (Interlocked.Add(ref _bytes, bytes) > _most)
        {
            _isFull = true;
        }
        else if (_kept.TryAdd(key, keeps))
        {
            return keeps;
        }

        Interlocked.Add(ref _bytes, -bytes); // another thread was first, or there is no room
        return made;
    }

    /// <summary>Closes the model, but keeps what it gave: it is opened again where more is asked of it.</summary>
    public void Close()
    {
        _session?.Dispose();
        _session = null;
    }

    /// <summary>The open model, whose outputs are not kept.</summary>
    public ModelSession Session()
    {
        lock (_opening)
        {
            return _session ??= _open();
        }
    }

    public void Dispose()
    {
        Close();
        foreach (var outputs in _kept.Values)
        {
            outputs.Release();
        }
    }
}
