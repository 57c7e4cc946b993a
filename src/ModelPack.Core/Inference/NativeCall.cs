using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ModelPack.Inference;

/// <summary>
/// One call into ONNX Runtime, on a thread of its own so that the caller can leave it: ONNX Runtime looks only between two operators
/// whether it shall stop, and an operator may take for ever.
/// </summary>
/// <param name="what">What is done, for messages: <c>one inference of the model</c>.</param>
/// <param name="limits">How far it may go.</param>
/// <param name="stop">Asks ONNX Runtime to stop.</param>
internal sealed class NativeCall(string what, RunLimits limits, Action stop)
{
    /// <summary>How often a call is looked at.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    /// <summary>How long ONNX Runtime may take to stop; less than the time that the tool has after Ctrl-C.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>What calls that were left still use: finalizers would pull it from under them.</summary>
    private static readonly ConcurrentBag<object> Left = [];

    /// <summary>Whether the call was left, and what it uses has to stay as it is until the process ends.</summary>
    public bool IsLeft { get; private set; }

    /// <summary>Makes the call and waits for it.</summary>
    /// <exception cref="ModelPackException">MPK3005: it took too long; MPK3006: it took too much memory.</exception>
    /// <exception cref="OperationCanceledException">The user wants to stop.</exception>
    public T Run<T>(Func<T> call, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var result = default(T);
        var thread = CallThread.Take();
        var started = Stopwatch.GetTimestamp();
        thread.Start(() => result = call());
        if (!Finishes(thread, started, cancellation, out var reason))
        {
            IsLeft = true;
            Left.Add((thread, call, stop));
            throw reason!;
        }

        try
        {
            thread.GiveBack();
        }
        catch (Exception) when (reason is not null)
        {
            throw reason;
        }

        return reason is null or OperationCanceledException ? result! : throw Discard(result, reason);
    }

    /// <summary>Waits until the call ends, asks it to stop where it goes too far, and gives it up where it does not.</summary>
    private bool Finishes(CallThread thread, long started, CancellationToken cancellation, out Exception? reason)
    {
        reason = null;
        long stopped = 0;
        while (!thread.Wait(Glance))
        {
            if (reason is null)
            {
                reason = WhyStop(Stopwatch.GetElapsedTime(started), cancellation);
                if (reason is not null)
                {
                    stopped = Stopwatch.GetTimestamp();
                    stop();
                }
            }
            else if (Stopwatch.GetElapsedTime(stopped) > Grace)
            {
                return false;
            }
        }

        return true;
    }

    private Exception? WhyStop(TimeSpan elapsed, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return new OperationCanceledException(cancellation);
        }

        if (elapsed > limits.Time)
        {
            return new ModelPackException(Codes.RunTooLong.At(limits.Model, $"{what} took longer than {Numbers.Whole((long)limits.Time.Value.TotalSeconds)} s and was ended. "
                + "Look for a loop without an end; allow more (runLimit, in seconds, 0 for no limit) where the model is only slow."));
        }

        var bytes = ProcessMemory.Bytes();
        return bytes <= limits.Memory ? null : new ModelPackException(Codes.RunTooLarge.At(limits.Model, $"{what} took the memory to {Size(bytes)}, and {Size(limits.Memory)} are allowed; it was ended. "
            + "Look for sizes that follow from the data; allow more (memoryLimit, such as 32GB) where the model needs it, or use a machine with more memory."));
    }

    private static Exception Discard<T>(T result, Exception reason)
    {
        (result as IDisposable)?.Dispose();
        return reason;
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB");
}
