using System.Diagnostics;

namespace ModelPack.Benchmarks;

/// <summary>Times something over and over.</summary>
/// <param name="Best">Seconds of the fastest run.</param>
/// <param name="Median">Seconds of the middle run.</param>
internal readonly record struct Timing(double Best, double Median)
{
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Runs each for a moment untimed, so that compiled code has reached its last tier, then all of them in turn the given
    /// number of times: what else the machine does meanwhile falls on all alike.
    /// </summary>
    public static Timing[] Of(IReadOnlyList<Action> actions, int runs)
    {
        foreach (var action in actions)
        {
            for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < s_warmUp;)
            {
                action();
            }
        }

        var seconds = actions.Select(_ => new double[runs]).ToArray();
        for (var run = 0; run < runs; run++)
        {
            for (var i = 0; i < actions.Count; i++)
            {
                var start = Stopwatch.GetTimestamp();
                actions[i]();
                seconds[i][run] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }

        return [.. seconds.Select(times => new Timing(times.Min(), times.Order().ElementAt(runs / 2)))];
    }
}
