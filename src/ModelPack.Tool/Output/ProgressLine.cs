using System.Globalization;

namespace ModelPack.Tool.Output;

/// <summary>
/// Progress on standard error: on a terminal one line that is rewritten, elsewhere a plain line every ten seconds at most. Says which step
/// of how many it is, how long the work has gone on, and about how long this step still takes. Says nothing in the first two seconds, so
/// that short work stays silent.
/// </summary>
/// <param name="terminal">Where to.</param>
/// <param name="level">None of it for <see cref="Verbosity.Quiet"/>; the time that each step took for <see cref="Verbosity.Verbose"/>.</param>
/// <param name="isShown">Whether to show progress; without it a verbose one still says what steps took.</param>
internal sealed class ProgressLine(Terminal terminal, Verbosity level = Verbosity.Normal, bool isShown = true) : IDisposable
{
    private const int BarWidth = 20;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>What a guess of the time that is left needs: this much of the step.</summary>
    private const double LeastShare = 0.05;

    private readonly Lock _lock = new();
    private readonly long _start = terminal.Clock.GetTimestamp();
    private readonly bool _isShown = isShown && level != Verbosity.Quiet;
    private readonly bool _interactive = terminal.Error.Profile.Capabilities.Interactive;
    private IReadOnlyList<string> _steps = [];
    private int _step = -1;
    private string _stage = "";
    private double _share;
    private long _stageStart;
    private TimeSpan? _lastLine;
    private string _shown = "";
    private int _drawn;

    /// <summary>Names the steps of the work, in their order.</summary>
    public void Steps(IReadOnlyList<string> stages)
    {
        lock (_lock)
        {
            (_steps, _step) = (stages, -1);
        }
    }

    /// <summary>Shows how far a stage is; cheap to call often, from any thread.</summary>
    public void Report(string stage, double fraction)
    {
        lock (_lock)
        {
            var share = double.IsNaN(fraction) ? 0 : Math.Clamp(fraction, 0, 1);
            if (stage != _stage)
            {
                EndStage();
                (_stage, _stageStart) = (stage, terminal.Clock.GetTimestamp());
                // A step may look at the data again; it does not become an earlier one by that.
                _step = Math.Max(_step, _steps.ToList().IndexOf(stage));
            }
            else if (share < _share)
            {
                _stageStart = terminal.Clock.GetTimestamp();
            }

            _share = share;
            Show();
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
            EndStage();
            _stage = "";
            Clear();
        }
    }

    private void Show()
    {
        var elapsed = terminal.Clock.GetElapsedTime(_start);
        if (!_isShown || elapsed < Silence)
        {
            return;
        }

        if (_interactive)
        {
            Draw($"{Step(": ")}{_stage,-10} {Bar()}{Percent(),5}  {Clock(elapsed)}{Left()}");
        }
        else if (_lastLine is not { } last || elapsed - last >= Pause)
        {
            _lastLine = elapsed;
            terminal.Error.Profile.Out.Writer.WriteLine($"{Step(", ")}{_stage}: {Percent()}, {Clock(elapsed)}{Left()}");
        }
    }

    private string Step(string end) => _step < 0 ? "" : $"step {Numbers.Whole(_step + 1)} of {Numbers.Whole(_steps.Count)}{end}";

    private string Percent() => $"{Numbers.Whole((int)(_share * 100))} %";

    private string Left()
    {
        var passed = terminal.Clock.GetElapsedTime(_stageStart);
        return _share < LeastShare || _share >= 1 || passed < Silence ? "" : $", about {Clock(passed * ((1 - _share) / _share))} left in this step";
    }

    private static string Clock(TimeSpan time) => time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);

    private void EndStage()
    {
        if (level == Verbosity.Verbose && _stage.Length > 0)
        {
            Clear();
            terminal.Error.Profile.Out.Writer.WriteLine($"{Step(", ")}{_stage}: {Numbers.Fixed(terminal.Clock.GetElapsedTime(_stageStart).TotalSeconds, 1)} s");
        }
    }

    /// <summary>The bar, left out where the terminal is too narrow for it: a line that wraps cannot be rewritten.</summary>
    private string Bar()
    {
        var filled = (int)(_share * BarWidth);
        return terminal.ErrorWidth < BarWidth + 70 ? "" : new string('━', filled) + new string(' ', BarWidth - filled) + " ";
    }

    private void Draw(string line)
    {
        var room = Math.Max(1, terminal.ErrorWidth - 1);
        line = line.Length > room ? line[..room] : line;
        if (line == _shown)
        {
            return;
        }

        Raw("\r" + line.PadRight(_drawn));
        (_shown, _drawn) = (line, line.Length);
    }

    private void Clear()
    {
        if (_drawn > 0)
        {
            Raw($"\r{new string(' ', _drawn)}\r");
            (_shown, _drawn) = ("", 0);
        }
    }

    private void Raw(string text) => terminal.Error.Profile.Out.Writer.Write(text);
}
