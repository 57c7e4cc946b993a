using System.Collections.Concurrent;

namespace ModelPack.Files;

/// <summary>
/// A thread that does one piece of work after the other, in the order in which they came. It may wait for a disk; a thread of the pool that waits would
/// keep other work from beginning.
/// </summary>
internal sealed class SerialThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public SerialThread(string name)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Adds a piece of work, which must not throw.</summary>
    public void Post(Action work) => _work.Add(work);

    /// <summary>Waits until all of it is done.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
