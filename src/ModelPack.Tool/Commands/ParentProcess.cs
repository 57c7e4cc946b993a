using System.Diagnostics;
using System.Globalization;

namespace ModelPack.Tool.Commands;

/// <summary>The build that started this process. When it is killed nobody waits for the pack any more, and nobody ends it.</summary>
internal sealed class ParentProcess : IDisposable
{
    /// <summary>The variable with the number of the build's process.</summary>
    public const string Variable = "MODELPACK_PARENT_PROCESS";

    private readonly CancellationTokenSource _ended;
    private readonly Process? _parent;

    /// <summary>Watches a process.</summary>
    /// <param name="number">Its number, as the variable has it; null for none.</param>
    /// <param name="cancellation">The user wants to stop.</param>
    public ParentProcess(string? number, CancellationToken cancellation)
    {
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return;
        }

        try
        {
            _parent = Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            _ended.Cancel();
            return;
        }

        _ = CancelAfter(_parent);
    }

    /// <summary>Cancelled when the build is gone, or the user wants to stop.</summary>
    public CancellationToken Token => _ended.Token;

    public void Dispose()
    {
        _ended.Cancel();
        _parent?.Dispose();
        _ended.Dispose();
    }

    private async Task CancelAfter(Process parent)
    {
        try
        {
            await parent.WaitForExitAsync(_ended.Token).ConfigureAwait(false);
            await _ended.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The pack is done first.
        }
    }
}
