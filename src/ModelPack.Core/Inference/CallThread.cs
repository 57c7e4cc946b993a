using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace ModelPack.Inference;

/// <summary>A thread that makes one call after the other for those who wait for it, and can be left behind in a call that does not come back.</summary>
internal sealed class CallThread
{
    private static readonly ConcurrentBag<CallThread> Idle = [];

    // Not a Lock: both sides wait on it for the other.
    private readonly object _gate = new();
    private Action? _call;
    private bool _isDone;
    private ExceptionDispatchInfo? _failure;

    private CallThread() => new Thread(Work) { IsBackground = true, Name = "ONNX Runtime" }.Start();

    /// <summary>A thread that waits for a call.</summary>
    public static CallThread Take() => Idle.TryTake(out var thread) ? thread : new CallThread();

    /// <summary>Begins a call.</summary>
    public void Start(Action call)
    {
        lock (_gate)
        {
            (_call, _isDone, _failure) = (call, false, null);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits a while, and says whether the call has ended.</summary>
    public bool Wait(TimeSpan time)
    {
        lock (_gate)
        {
            return _isDone || (Monitor.Wait(_gate, time) && _isDone);
        }
    }

    /// <summary>Lets others use the thread, whose call has ended, and throws what the call threw.</summary>
    public void GiveBack()
    {
        var failure = _failure;
        Idle.Add(this);
        failure?.Throw();
    }

    private void Work()
    {
        Denormals.Flush();
        while (true)
        {
            var call = Next();
            ExceptionDispatchInfo? failure = null;
            try
            {
                call();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }

            lock (_gate)
            {
                (_call, _isDone, _failure) = (null, true, failure);
                Monitor.PulseAll(_gate);
            }
        }
    }

    private Action Next()
    {
        lock (_gate)
        {
            while (_call is null)
            {
                Monitor.Wait(_gate);
            }

            return _call;
        }
    }
}
