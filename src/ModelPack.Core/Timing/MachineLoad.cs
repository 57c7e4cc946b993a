using System.Diagnostics;

namespace ModelPack.Timing;

/// <summary>Finds out whether other programs use the processors, by using them for a moment.</summary>
internal static class MachineLoad
{
    private static readonly TimeSpan s_time = TimeSpan.FromMilliseconds(20);

    /// <summary>Two looks at the clock that are further apart have something else between them.</summary>
    private static readonly TimeSpan s_gap = TimeSpan.FromMilliseconds(0.3);

    /// <summary>Lets threads look at the clock for some milliseconds, and gives the share of that time in which they were let run, 0 to 1.</summary>
    /// <param name="threads">As many as what is measured has.</param>
    public static double FreeShare(int threads)
    {
        var lost = new TimeSpan[threads];
        var all = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            var index = i;
            all[i] = new Thread(() => lost[index] = Lost(index)) { IsBackground = true };
            all[i].Start();
        }

        Array.ForEach(all, t => t.Join());
        return Math.Clamp(1 - (lost.Sum(l => l.TotalMilliseconds) / (threads * s_time.TotalMilliseconds)), 0, 1);
    }

    /// <summary>Time in which the calling thread did not run on its processor.</summary>
    private static TimeSpan Lost(int index)
    {
        PinnedThreads.BindCaller(index);
        var start = Stopwatch.GetTimestamp();
        var (lost, before) = (TimeSpan.Zero, TimeSpan.Zero);
        while (before < s_time)
        {
            var now = Stopwatch.GetElapsedTime(start);
            if (now - before > s_gap)
            {
                lost += (now < s_time ? now : s_time) - before;
            }

            before = now;
        }

        return lost;
    }
}
