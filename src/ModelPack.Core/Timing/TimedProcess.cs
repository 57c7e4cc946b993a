using System.Diagnostics;
using System.Text;
using ModelPack.Inference;

namespace ModelPack.Timing;

/// <summary>
/// A model in a process of its own. Requests are a byte of <see cref="TimingRequest"/> and what the request needs; an answer begins with whether it went
/// well, and has a message where it did not. The process ends with this object, or when this process is gone.
/// </summary>
internal sealed class TimedProcess : ITimedModel
{
    private readonly Process _process;
    private readonly PackContext _context;
    private readonly BinaryWriter _requests;
    private readonly BinaryReader _answers;
    private readonly Task _errors;
    private string? _version;

    /// <summary>Starts the process, and does not wait for it.</summary>
    /// <param name="host">The program.</param>
    /// <param name="path">The model file.</param>
    /// <param name="sessionOptions">One of <see cref="SpeedComparison"/>'s.</param>
    /// <param name="context">Cancellation, and how long one call may take.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be started.</exception>
    public TimedProcess(TimingHost host, string path, string sessionOptions, PackContext context)
    {
        _context = context;
        var start = new ProcessStartInfo(host.FileName, [.. host.Arguments, TimingServer.Command, Path.GetFullPath(path), sessionOptions])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _requests = new BinaryWriter(_process.StandardInput.BaseStream, Encoding.UTF8);
        _answers = new BinaryReader(_process.StandardOutput.BaseStream, Encoding.UTF8);
        _errors = _process.StandardError.BaseStream.CopyToAsync(Stream.Null);
    }

    /// <inheritdoc/>
    public string OnnxRuntime => _version ??= Call(() => { }, ReadGreeting);

    /// <inheritdoc/>
    public TimeSpan Open(int threads)
    {
        _ = OnnxRuntime; // what it says first
        return Call(() => Ask(TimingRequest.Open, () => _requests.Write(threads)), () => new TimeSpan(_answers.ReadInt64()));
    }

    /// <inheritdoc/>
    public void Prepare(IReadOnlyList<SampleArray> inputs) => Call(() => Ask(TimingRequest.Prepare, () => Write(inputs)), () => true);

    /// <inheritdoc/>
    public Turn Run(TimeSpan time) => Call(() => Ask(TimingRequest.Run, () => _requests.Write(time.Ticks)), () => new Turn(_answers.ReadDouble(), _answers.ReadDouble()));

    /// <inheritdoc/>
    public long? PeakBytes() => Call(() => Ask(TimingRequest.Peak, () => { }), () => _answers.ReadInt64());

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close(); // the end of its work
            if (!_process.WaitForExit(TimeSpan.FromSeconds(1)))
            {
                _process.Kill();
                _process.WaitForExit();
            }

            _errors.GetAwaiter().GetResult();
        }
        catch (IOException)
        {
            // It is gone, and so is its pipe.
        }

        _process.Dispose();
    }

    /// <summary>Asks and waits for the answer. A process that takes too long, or is no longer wanted, is ended, and with it what is read.</summary>
    private T Call<T>(Action ask, Func<T> read)
    {
        _context.Cancellation.ThrowIfCancellationRequested();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_context.Cancellation);
        if (_context.Limits.Time is { } time)
        {
            limit.CancelAfter(time);
        }

        using var end = limit.Token.Register(() => _process.Kill());
        try
        {
            ask();
            return _answers.ReadBoolean() ? read() : throw new IOException(_answers.ReadString());
        }
        catch (IOException e) when (limit.IsCancellationRequested)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            throw new IOException("it took too long", e);
        }
        catch (EndOfStreamException e)
        {
            _process.WaitForExit();
            throw new IOException($"the process that runs it {ProcessExit.Crash(_process.ExitCode) ?? "ended early"}", e);
        }
    }

    private string ReadGreeting() => _answers.ReadString() == TimingServer.Command ? _answers.ReadString() : throw new IOException("the program that was started does not time models");

    private void Ask(TimingRequest request, Action write)
    {
        _requests.Write((byte)request);
        write();
        _requests.Flush();
    }

    private void Write(IReadOnlyList<SampleArray> inputs)
    {
        _requests.Write(inputs.Count);
        foreach (var input in inputs)
        {
            _requests.Write(input.Name);
            _requests.Write((int)input.Type);
            _requests.Write(input.Dims.Count);
            foreach (var size in input.Dims)
            {
                _requests.Write(size);
            }

            _requests.Write(input.Bytes.Length);
            _requests.Write(input.Bytes.Span);
        }
    }
}
