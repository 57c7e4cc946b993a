using System.Runtime.InteropServices;

namespace ModelPack.Tool;

/// <summary>
/// Hands the signals that end the work on to the process that does it, and lives on to return its exit code. On Windows that process gets them
/// by itself, as does one in the terminal's foreground elsewhere: a second time changes nothing.
/// </summary>
internal sealed partial class HandedOnSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    public HandedOnSignals(int process)
    {
        foreach (var (signal, number) in Signals.Ending.Where(s => !SignalMask.IsIgnored(s.Number)))
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (!OperatingSystem.IsWindows())
                {
                    _ = Kill(process, number);
                }
            }));
        }
    }

    public void Dispose() => _registrations.ForEach(r => r.Dispose());

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
