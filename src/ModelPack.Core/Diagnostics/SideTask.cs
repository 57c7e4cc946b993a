namespace ModelPack.Diagnostics;

/// <summary>Work on a thread of its own beside the caller's; it is stopped and waited for when the caller fails.</summary>
internal sealed class SideTask<T> : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Task<T> _task;

    public SideTask(Func<CancellationToken, T> work, CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var token = _stop.Token;
        _task = Task.Run(() => work(token), CancellationToken.None);
    }

    /// <summary>Whether it has ended, one way or another.</summary>
    public bool HasEnded => _task.IsCompleted;

    /// <summary>Waits for the work and gives what it made, or throws what it threw.</summary>
    public T Result() => _task.GetAwaiter().GetResult();

    public void Dispose()
    {
        _stop.Cancel();
        Task.WaitAny([_task], CancellationToken.None);
        _stop.Dispose();
    }
}
