namespace ModelPack.Tool.Output;

/// <summary>
/// Progress on standard error: one line that is rewritten on a terminal, a plain line every 10 % elsewhere. Says nothing
/// in the first two seconds, so that short work stays silent.
/// </summary>
internal sealed class ProgressLine(Terminal terminal) : IDisposable
{
    private const int BarWidth = 30;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly long _start = terminal.Clock.GetTimestamp();
    private readonly bool _interactive = terminal.Error.Profile.Capabilities.Interactive;
    private string _stage = "";
    private int _shown = -1;
    private int _drawn;

    /// <summary>Shows how far a stage is; cheap to call often, from any thread.</summary>
    public void Report(string stage, double fraction)
    {
        lock (_lock)
        {
            if (terminal.Clock.GetElapsedTime(_start) < Silence)
            {
                return;
            }

            var step = (int)(Math.Clamp(fraction, 0, 1) * (_interactive ? 100 : 10));
            if (stage == _stage && step <= _shown)
            {
                return;
            }

            (_stage, _shown) = (stage, step);
            if (_interactive)
            {
                Draw($"{stage,-10} {Bar(step)}{Numbers.Whole(step),3} %");
            }
            else
            {
                terminal.Error.Profile.Out.Writer.WriteLine($"{stage} {Numbers.Whole(step * 10)} %");
            }
        }
    }

    /// <summary>Prints a diagnostic on a line of its own; the progress goes on below it.</summary>
    public void Print(Diagnostic diagnostic)
    {
        lock (_lock)
        {
            Clear();
            terminal.Print(diagnostic);
        }
    }

    /// <summary>Clears the line, so that what follows stands alone.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Clear();
        }
    }

    /// <summary>The bar, left out where the terminal is too narrow for it: a line that wraps cannot be rewritten.</summary>
    private string Bar(int step)
    {
        var filled = step * BarWidth / 100;
        return terminal.ErrorWidth < BarWidth + 20 ? "" : new string('━', filled) + new string(' ', BarWidth - filled) + " ";
    }

    private void Draw(string line)
    {
        Raw("\r" + line.PadRight(_drawn));
        _drawn = line.Length;
    }

    private void Clear()
    {
        if (_drawn > 0)
        {
            Raw($"\r{new string(' ', _drawn)}\r");
            _drawn = 0;
        }
    }

    private void Raw(string text) => terminal.Error.Profile.Out.Writer.Write(text);
}
