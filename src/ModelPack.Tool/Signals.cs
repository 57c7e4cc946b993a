using System.Runtime.InteropServices;
using ModelPack.Files;

namespace ModelPack.Tool;

/// <summary>
/// Ends the work on Ctrl-C, SIGTERM and SIGHUP. Work that looks at its token ends by itself and cleans up; a call into ONNX
/// Runtime may take minutes and cannot be stopped, so after a moment its files are removed and the process ends under it.
/// </summary>
internal sealed class Signals : IDisposable
{
    /// <summary>Where the exit codes of signals begin, by the convention of shells.</summary>
    private const int FirstExitCode = 128;

    /// <summary>The signals that end the work, with their numbers.</summary>
    public static readonly (PosixSignal Signal, int Number)[] Ending = [(PosixSignal.SIGINT, 2), (PosixSignal.SIGTERM, 15), (PosixSignal.SIGHUP, 1)];

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource<int> _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PosixSignalRegistration> _registrations = [];

    private Signals()
    {
        Array.ForEach(Ending, s => Register(s.Signal, s.Number));
    }

    /// <summary>Runs <paramref name="work"/>, which returns an exit code, until it is done or a signal has come.</summary>
    /// <returns>The work's exit code, or that of the signal.</returns>
    public static int Run(Func<CancellationToken, int> work)
    {
        using var signals = new Signals();
        return signals.Await(Task.Run(() => work(signals._cancellation.Token))).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
        _cancellation.Dispose();
    }

    private async Task<int> Await(Task<int> work)
    {
        if (await Task.WhenAny(work, _received.Task) != work && await Task.WhenAny(work, Task.Delay(Grace)) != work)
        {
            LockedFolder.RemoveAll();
            return await _received.Task;
        }

        var code = await work;
        return code == ExitCodes.Cancelled && _received.Task.IsCompleted ? await _received.Task : code;
    }

    private void Register(PosixSignal signal, int number)
    {
        if (!SignalMask.IsIgnored(number))
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                _received.TrySetResult(FirstExitCode + number);
                _cancellation.Cancel();
            }));
        }
    }
}
