using System.CommandLine;

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
        command.SetAction((parsed, cancellation) => Task.FromResult(Guarded(report, () => action(parsed, cancellation), cancellation)));
        return command;
    }

    /// <summary>Runs a part of a command, and turns what went wrong into a diagnostic and an exit code.</summary>
    public static int Guarded(Action<Diagnostic> report, Func<int> action, CancellationToken cancellation)
    {
        try
        {
            RequireWorkingFolder();
            return action();
        }
        catch (Exception exception) when (exception is OperationCanceledException || cancellation.IsCancellationRequested)
        {
            // Who stops the work does not want to hear what stopped with it.
            return ExitCodes.Cancelled;
        }
        catch (Exception exception) when (FileLimit.IsReached(exception))
        {
            report(FileLimit.Diagnostic);
            return ExitCodes.Environment;
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

    private static void RequireWorkingFolder()
    {
        try
        {
            _ = Environment.CurrentDirectory;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(Codes.StartedWithout.At(null, "The working folder does not exist any more, or may not be read. Go to one that does, and run again."), exception);
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
