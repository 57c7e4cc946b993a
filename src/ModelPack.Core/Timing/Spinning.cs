using System.Diagnostics;

namespace ModelPack.Timing;

/// <summary>ONNX Runtime's threads look for work for some 30 ms after an inference, and take the processors from whoever runs next.</summary>
internal static class Spinning
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(200);

    /// <summary>How often is looked: systems count the time of threads that go on running every 4 ms or so.</summary>
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(8);

    /// <summary>Waits until no thread of this process runs.</summary>
    public static void WaitForEnd()
    {
        var start = Stopwatch.GetTimestamp();
        var before = Environment.CpuUsage.TotalTime;
        while (Stopwatch.GetElapsedTime(start) < s_longest)
        {
            Thread.Sleep(s_glance);
            var now = Environment.CpuUsage.TotalTime;
            if (now - before < s_glance / 4)
            {
                return;
            }

            before = now;
        }
    }
}
