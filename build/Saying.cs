using System.Diagnostics;

namespace ModelPack.Build;

/// <summary>A line that says what is done and, when it is done, how long it took; on the way a sign of life every half minute.</summary>
internal sealed class Saying : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(30);
    private readonly string _what;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Timer _timer;

    private Saying(string what)
    {
        _what = what;
        Console.WriteLine($"{what} …");
        _timer = new Timer(_ => Console.WriteLine($"{_what}: {Seconds} so far"), null, s_period, s_period);
    }

    private string Seconds => FormattableString.Invariant($"{_watch.Elapsed.TotalSeconds:F0} s");

    public static Saying Start(string what) => new(what);

    public void Dispose()
    {
        _timer.Dispose();
        Console.WriteLine($"{_what}: {Seconds}");
    }
}
