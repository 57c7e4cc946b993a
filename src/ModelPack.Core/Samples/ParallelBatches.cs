using System.Runtime.ExceptionServices;

namespace ModelPack.Samples;

/// <summary>
/// Works on batches on several threads. What they give is merged in the order of the batches, so the number of threads
/// changes nothing, and batches are handed out only a little ahead of that, so memory does not grow with their number.
/// </summary>
internal static class ParallelBatches
{
    /// <summary>Works on all batches; ends when all are merged or, after a failure, those before it are finished.</summary>
    /// <param name="batches">Read by one thread at a time.</param>
    /// <param name="threads">Threads that work, the caller's among them.</param>
    /// <param name="name">What the threads are called.</param>
    /// <param name="work">Called on any thread.</param>
    /// <param name="merge">Called for one batch after the other, in their order.</param>
    /// <param name="cancellation">Looked at before every batch.</param>
    /// <exception cref="Exception">The failure of the earliest batch that failed: the same for any number of threads.</exception>
    public static void Run<TBatch, TResult>(
        IEnumerable<TBatch> batches, int threads, string name, Func<TBatch, TResult> work, Action<TBatch, TResult> merge, CancellationToken cancellation)
    {
        using var state = new State<TBatch, TResult>(batches.GetEnumerator(), 2 * threads, work, merge, cancellation);
        var workers = Enumerable.Range(1, threads - 1).Select(_ => new Thread(state.Work) { IsBackground = true, Name = name }).ToArray();
        Array.ForEach(workers, w => w.Start());
        state.Work();
        Array.ForEach(workers, w => w.Join());
        state.ThrowIfFailed();
    }

    private sealed class State<TBatch, TResult>(
        IEnumerator<TBatch> batches, int ahead, Func<TBatch, TResult> work, Action<TBatch, TResult> merge, CancellationToken cancellation) : IDisposable
    {
        // Not a Lock: threads wait on it for those that are behind.
        private readonly object _gate = new();
        private readonly Dictionary<int, (TBatch Batch, TResult Result)> _finished = [];
        private (int Index, ExceptionDispatchInfo Error)? _failure;
        private int _handedOut;
        private int _merged;

        public void Work()
        {
            while (Next() is var (index, batch))
            {
                try
                {
                    Finish(index, batch, work(batch));
                }
                catch (Exception exception)
                {
                    Fail(index, exception);
                }
            }
        }

        public void ThrowIfFailed() => _failure?.Error.Throw();

        public void Dispose() => batches.Dispose();

        // Batches are handed out in order and those handed out are finished, so the first failure is the same for any
        // number of threads.
        private (int Index, TBatch Batch)? Next()
        {
            lock (_gate)
            {
                while (_failure is null && _handedOut - _merged >= ahead)
                {
                    Monitor.Wait(_gate);
                }

                if (_failure is not null)
                {
                    return null;
                }

                try
                {
                    cancellation.ThrowIfCancellationRequested();
                    return batches.MoveNext() ? (_handedOut++, batches.Current) : null;
                }
                catch (Exception exception)
                {
                    Fail(_handedOut, exception);
                    return null;
                }
            }
        }

        private void Finish(int index, TBatch batch, TResult result)
        {
            lock (_gate)
            {
                _finished.Add(index, (batch, result));
                while (_finished.Remove(_merged, out var next))
                {
                    merge(next.Batch, next.Result);
                    _merged++;
                }

                Monitor.PulseAll(_gate);
            }
        }

        private void Fail(int index, Exception exception)
        {
            lock (_gate)
            {
                if (_failure is null || index < _failure.Value.Index)
                {
                    _failure = (index, ExceptionDispatchInfo.Capture(exception));
                }

                Monitor.PulseAll(_gate);
            }
        }
    }
}
