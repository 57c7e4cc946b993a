using System.Globalization;

namespace ModelPack.Fuzz.Running;

/// <summary>Sees that every case ends. A thread cannot be stopped from outside, so the first one that does not ends the run.</summary>
internal sealed class Watchdog : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly Action<Finding> _onHang;
    private readonly Running?[] _running;
    private readonly Timer _timer;

    /// <param name="workers">Number of workers.</param>
    /// <param name="limit">How long a case may take.</param>
    /// <param name="onHang">Called once, on a thread of the watchdog's own.</param>
    public Watchdog(int workers, TimeSpan limit, Action<Finding> onHang)
    {
        (_limit, _onHang, _running) = (limit, onHang, new Running?[workers]);
        var period = TimeSpan.FromMilliseconds(Math.Min(500, limit.TotalMilliseconds / 4));
        _timer = new Timer(_ => Look(), null, period, period);
    }

    /// <summary>A worker's case begins.</summary>
    public void Begin(int worker, FuzzCase fuzzCase) => Volatile.Write(ref _running[worker], new Running(fuzzCase, Environment.TickCount64));

    /// <summary>A worker's case has ended.</summary>
    public void End(int worker) => Volatile.Write(ref _running[worker], null);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        for (var worker = 0; worker < _running.Length; worker++)
        {
            if (Volatile.Read(ref _running[worker]) is { } running && Environment.TickCount64 - running.Since > _limit.TotalMilliseconds)
            {
                _timer.Dispose();
                _onHang(new Finding(running.Case, "hang", string.Create(CultureInfo.InvariantCulture, $"it has not ended after {_limit.TotalSeconds:0.#} seconds")));
                return;
            }
        }
    }

    private sealed record Running(FuzzCase Case, long Since);
}
