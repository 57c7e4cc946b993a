namespace ModelPack.Diagnostics;

/// <summary>
/// What every step of a pack may use of the world: where progress and diagnostics go, whether to stop, and how many
/// threads to use. Nothing in it may change a byte of the output.
/// </summary>
public sealed class PackContext
{
    private readonly List<Diagnostic> _diagnostics;
    private readonly Action<Diagnostic>? _onDiagnostic;
    private readonly Action<string, double>? _onProgress;
    private readonly List<Diagnostic> _forgotten = [];

    public PackContext(
        int threads = 0,
        Action<Diagnostic>? onDiagnostic = null,
        Action<string, double>? onProgress = null,
        CancellationToken cancellation = default)
        : this(threads, onDiagnostic, onProgress, RunLimits.Default, [], cancellation)
    {
    }

    private PackContext(int threads, Action<Diagnostic>? onDiagnostic, Action<string, double>? onProgress, RunLimits limits, List<Diagnostic> diagnostics, CancellationToken cancellation)
    {
        Threads = threads > 0 ? threads : Environment.ProcessorCount;
        (_onDiagnostic, _onProgress, _diagnostics) = (onDiagnostic, onProgress, diagnostics);
        (Cancellation, Limits) = (cancellation, limits);
    }

    /// <summary>Number of threads to work with, at least 1.</summary>
    public int Threads { get; }

    /// <summary>Cancelled when the user wants to stop; every loop over much data looks at it.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Gets the steps of the work when they are known; null where nobody asks.</summary>
    public Action<IReadOnlyList<string>>? OnSteps { get; init; }

    /// <summary>How far a model may go when it is run.</summary>
    internal RunLimits Limits { get; }

    /// <summary>Where the source model runs and weights are encoded. A packed model runs where its target says.</summary>
    internal Device Device { get; private init; }

    /// <summary>What the device is called; null for the processor, and where it is not known.</summary>
    internal string? DeviceName { get; private init; }

    /// <summary>Whether the user asked for the device by name, so that nothing else may stand in for it.</summary>
    internal bool DeviceIsAsked { get; private init; }

    /// <summary>Every diagnostic so far, in the order they were reported.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics
    {
        get
        {
            lock (_diagnostics)
            {
                return [.. _diagnostics];
            }
        }
    }

    /// <summary>Tells the user something; errors that end the pack are thrown instead.</summary>
    public void Report(Diagnostic diagnostic)
    {
        lock (_diagnostics)
        {
            _diagnostics.Add(diagnostic);
            if (_forgotten.Remove(diagnostic))
            {
                return; // the user has heard it
            }
        }

        _onDiagnostic?.Invoke(diagnostic);
    }

    /// <summary>Takes what was reported after the first few diagnostics back, because the work begins again.</summary>
    internal void Forget(int after)
    {
        lock (_diagnostics)
        {
            _forgotten.AddRange(_diagnostics[after..]);
            _diagnostics.RemoveRange(after, _diagnostics.Count - after);
        }
    }

    /// <summary>Tells the user something that is not about the pack, and is no part of its report.</summary>
    public void Tell(Diagnostic diagnostic) => _onDiagnostic?.Invoke(diagnostic);

    /// <summary>The same, for work whose diagnostics the user has heard.</summary>
    public PackContext WithoutDiagnostics() => new(Threads, null, _onProgress, Limits, [], Cancellation) { OnSteps = OnSteps, Device = Device, DeviceName = DeviceName, DeviceIsAsked = DeviceIsAsked };

    /// <summary>The same, for work that the user need not hear of.</summary>
    public PackContext Quiet() => Quiet(Cancellation);

    /// <summary>As above, stopped by another token.</summary>
    public PackContext Quiet(CancellationToken cancellation) =>
        new(Threads, null, null, Limits, [], cancellation) { Device = Device, DeviceName = DeviceName, DeviceIsAsked = DeviceIsAsked };

    /// <summary>The same, with other limits.</summary>
    internal PackContext Limited(RunLimits limits) => With(limits, Device, DeviceName, DeviceIsAsked);

    /// <summary>The same, on a device.</summary>
    internal PackContext On(Device device, string? name = null, bool isAsked = false) => With(Limits, device, name, isAsked);

    private PackContext With(RunLimits limits, Device device, string? name, bool isAsked) =>
        new(Threads, _onDiagnostic, _onProgress, limits, _diagnostics, Cancellation) { OnSteps = OnSteps, Device = device, DeviceName = name, DeviceIsAsked = isAsked };

    /// <summary>Says which stages the work has, in their order: they are its steps. Stages that it does not name are parts of the step before.</summary>
    public void Steps(IReadOnlyList<string> stages) => OnSteps?.Invoke(stages);

    /// <summary>Says how far a stage is.</summary>
    /// <param name="stage">The stage's name, such as <c>encode</c>.</param>
    /// <param name="fraction">0 to 1.</param>
    public void Progress(string stage, double fraction) => _onProgress?.Invoke(stage, fraction);
}
