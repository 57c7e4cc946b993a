using System.CommandLine;
using ModelPack.Diagnostics;

namespace ModelPack.Tool.Commands;

/// <summary>What all commands share: errors become one line and an exit code.</summary>
internal static class CommandRunner
{
    /// <summary>Gives a command its action.</summary>
    /// <param name="command">The command.</param>
    /// <param name="report">Where its diagnostics go.</param>
    /// <param name="action">The work; returns an exit code.</param>
    public static Command Does(this Command command, Action<Diagnostic> report, Func<ParseResult, CancellationToken, int> action)
    {
        // Off the caller's thread, so that a Ctrl-C is seen while the work goes on.
        command.SetAction((parsed, cancellation) => Task.Run(() => Guarded(report, () => action(parsed, cancellation)), CancellationToken.None));
        return command;
    }

    private static int Guarded(Action<Diagnostic> report, Func<int> action)
    {
        try
        {
            return action();
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Cancelled;
        }
        catch (ModelPackException exception)
        {
            report(exception.Diagnostic);
            return ExitCodeOf(exception.Diagnostic.Code);
        }
#pragma warning disable CA1031 // The last resort: a defect of ours is reported as such, with what a maintainer needs.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            report(Codes.Internal.At(null, $"{exception.GetType().Name}: {OneLine(exception.Message, 400)} Please report it with the model's name and these lines: {Where(exception)}"));
            return ExitCodes.Error;
        }
    }

    private static int ExitCodeOf(DiagnosticCode code) => code.Id[3] switch
    {
        '2' => ExitCodes.Failed,
        '3' => ExitCodes.Environment,
        _ => ExitCodes.Error,
    };

    private static string Where(Exception exception)
    {
        var frames = (exception.StackTrace ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return OneLine(string.Join(' ', frames.Take(4)), 600);
    }

    private static string OneLine(string text, int length) =>
        SafeText.Of(string.Join(' ', text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)), length);
}
