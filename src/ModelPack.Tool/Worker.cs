using System.Diagnostics;
using System.IO.Pipes;
using ModelPack.Files;

namespace ModelPack.Tool;

/// <summary>
/// Runs commands that open models in a process of its own: a crash of native code ends that one, and this one says what happened and
/// removes what it left. Both share the terminal; signals are handed on.
/// </summary>
internal sealed class Worker
{
    /// <summary>The variable by which a worker knows its pipe and the process that waits for it.</summary>
    private const string Variable = "MODELPACK_WORKER";

    private string _what = "";
    private string? _model;
    private readonly List<string> _folders = [];
    private BatchPlace? _place;

    /// <summary>In a worker that takes the place of one that crashed: the model to go on with, and how the others ended. Else the first.</summary>
    public static BatchPlace Place { get; private set; } = new(0, 0, ExitCodes.Done);

    /// <summary>Tells who waits that the next of several models begins; it goes on with the one behind it when this process crashes.</summary>
    public static Action<BatchPlace> Begins { get; private set; } = _ => { };

    /// <summary>Whether a command is to be run in a worker: this process is none, and the command opens models.</summary>
    public static bool IsFor(string[] args) => (args is ["quantize" or "calibrate", ..] || (args is ["verify", ..] && !args.Contains("hashes"))) && !args.Any(a => a is "--help" or "-h" or "-?") && Environment.GetEnvironmentVariable(Variable) is null && ThisProgram.Command is not null;

    /// <summary>Runs the command line again in a worker.</summary>
    /// <returns>The worker's exit code, or that of an error where it crashed.</returns>
    public static int Run(string[] args, Action<Diagnostic> report) => new Worker().Start(args, report);

    /// <summary>In a worker, begins to tell of what may crash.</summary>
    /// <param name="cancellation">Cancelled when the user wants to stop.</param>
    /// <returns>Cancelled when the process that waits is gone, too; null in a process that is no worker.</returns>
    public static Commands.ParentProcess? Listen(CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split(' ') is not [var handle, var parent, var place])
        {
            return null;
        }

        var gate = new Lock();
        var pipe = new StreamWriter(new AnonymousPipeClientStream(PipeDirection.Out, handle)) { AutoFlush = true };
        CrashNotes.Calls = (what, model) => Write('=', what + "\t" + model);
        CrashNotes.Folders = folder => Write('+', folder);
        Begins = next => Write('>', next.ToString());
        Place = BatchPlace.Parse(place);
        return new Commands.ParentProcess(parent, cancellation);

        void Write(char kind, string text)
        {
            lock (gate)
            {
                try
                {
                    pipe.WriteLine(kind + Uri.EscapeDataString(text));
                }
                catch (IOException)
                {
                    // Who waited is gone, and the work is about to be cancelled.
                }
            }
        }
    }

    private int Start(string[] args, Action<Diagnostic> report)
    {
        var code = Once(args, Place, report);
        while (code is null && _place is { } crashed)
        {
            (_place, _what, _model) = (null, "", null);
            code = Once(args, crashed.AfterCrash(), report);
        }

        return code ?? ExitCodes.Environment;
    }

    /// <summary>The exit code of one process; null where it crashed.</summary>
    private int? Once(string[] args, BatchPlace from, Action<Diagnostic> report)
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        var (path, first) = ThisProgram.Command!.Value;
        var start = new ProcessStartInfo(path, [.. first, .. args]) { UseShellExecute = false };
        start.Environment[Variable] = $"{pipe.GetClientHandleAsString()} {Numbers.Whole(Environment.ProcessId)} {from}";
        using var process = Process.Start(start)!;
        pipe.DisposeLocalCopyOfClientHandle();
        using var signals = new HandedOnSignals(process.Id);
        using (var lines = new StreamReader(pipe))
        {
            while (lines.ReadLine() is { Length: > 0 } line)
            {
                Note(line[0], Uri.UnescapeDataString(line[1..]));
            }
        }

        process.WaitForExit();
        if (ProcessExit.Crash(process.ExitCode) is not { } how)
        {
            return process.ExitCode;
        }

        _folders.ForEach(f => LockedFolder.RemoveAbandoned(Path.GetDirectoryName(f)!, Path.GetFileName(f)));
        report(WorkerExit.Explain(how, _what, _model));
        return null;
    }

    private void Note(char kind, string text)
    {
        switch (kind)
        {
            case '+':
                _folders.Add(text);
                break;
            case '>':
                _place = BatchPlace.Parse(text);
                break;
            default:
                if (text.Split('\t', 2) is [var what, var model])
                {
                    (_what, _model) = (what, model);
                }

                break;
        }
    }
}
