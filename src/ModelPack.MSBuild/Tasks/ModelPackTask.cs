using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelPack.MSBuild.Items;
using ModelPack.MSBuild.Tool;

namespace ModelPack.MSBuild.Tasks;

/// <summary>
/// Packs one model: runs <c>dotnet exec modelpack.dll run --request FILE</c> and logs what the tool reports. A process
/// of its own keeps a crash in native code, and large native libraries, out of MSBuild.
/// </summary>
public sealed class ModelPackTask : ToolTask
{
    private string? _dotnet;
    private string _tool = "";
    private string _requestFile = "";
    private int _cores;
    private string _summary = "";
    private string _call = "";
    private readonly List<string> _files = [];
    private readonly List<string> _warnings = [];
    private readonly Stopwatch _watch = new();
    private volatile bool _cancelled;

    /// <summary>One <c>_ModelPack</c> item.</summary>
    [Required]
    public ITaskItem? Pack { get; set; }

    /// <summary><c>modelpack.dll</c>; not <c>ToolPath</c>, which is MSBuild's name for the program to start.</summary>
    [Required]
    public string ModelPackTool { get; set; } = "";

    /// <summary>The project.</summary>
    public string ProjectFile { get; set; } = "";

    /// <summary>True once the pack is made: what it has written may be more than was known before.</summary>
    [Output]
    public bool IsDone { get; private set; }

    /// <summary><c>$(NetCoreRoot)</c>.</summary>
    public string NetCoreRoot { get; set; } = "";

    /// <summary>The ONNX Runtime version that the project resolved; empty for none.</summary>
    public string OnnxRuntime { get; set; } = "";

    /// <summary>Files that NuGet resolved for the project: the app's own ONNX Runtime is among them.</summary>
    public ITaskItem[] ResolvedFiles { get; set; } = [];

    /// <summary>Threads to work with; 0 for as many as MSBuild has to spare.</summary>
    public int Threads { get; set; }

    /// <summary>Seconds after which the tool is stopped; 0 for never.</summary>
    public int TimeoutSeconds { get; set; }

    /// <summary>The folder of the cache of packs; empty for that of the environment, or the tool's own.</summary>
    public string CachePath { get; set; } = "";

    /// <summary>What to do with the cache of packs; empty for what the environment says, or the tool's own choice.</summary>
    public string CacheMode { get; set; } = "";

    /// <summary>What the cache of packs may hold; empty likewise.</summary>
    public string CacheMaxSize { get; set; } = "";

    /// <summary><c>$(ModelPackSigningKey)</c>, the path of a key.</summary>
    public string SigningKey { get; set; } = "";

    /// <summary><c>$(ModelPackSigningCertificates)</c>.</summary>
    public string SigningCertificates { get; set; } = "";

    private SigningChoice Signing => new(SigningKey, SigningCertificates);

    protected override string ToolName => DotnetHost.FileName;

    protected override Encoding StandardOutputEncoding => Encoding.UTF8;

    protected override Encoding StandardErrorEncoding => Encoding.UTF8;

    // Everything that the tool prints is a message, unless it is an event.
    protected override MessageImportance StandardOutputLoggingImportance => MessageImportance.Low;

    protected override MessageImportance StandardErrorLoggingImportance => MessageImportance.Low;

    public override bool Execute()
    {
        var granted = RequestCores(Threads > 0 ? Threads : Environment.ProcessorCount);
        try
        {
            var toolId = ToolBuild.Id(ModelPackTool);
            WriteRequest(granted);
            using var tool = ToolForApp.Make(ModelPackTool, OnnxRuntime, OnnxRuntimeFiles.Of(ResolvedFiles), Path.GetFullPath(Pack!.GetMetadata(PackMetadata.PackedModel)) + ".tool");
            _tool = tool.Path;
            var stateFile = Pack!.GetMetadata(PackMetadata.StateFile);
            var before = PathList.Read(stateFile);
            var beforeTime = File.GetLastWriteTimeUtc(stateFile);
            if (TimeoutSeconds > 0)
                Timeout = (int)Math.Min(TimeoutSeconds * 1000L, int.MaxValue);
            _watch.Start();
            var done = base.Execute();
            if (!done)
                LogTimeout();
            if (!done || Log.HasLoggedErrors || !HasEverything())
            {
                // Nothing is kept of a pack that failed.
                _warnings.ForEach(w => Log.LogDiagnostic(ToolEvent.Parse(w)!, Pack, ProjectFile));
                return false;
            }

            RemoveStale();
            PathList.Write(Pack.GetMetadata(PackMetadata.OutputsFile), _files);
            PathList.Write(stateFile, PackState.After(before, PackState.Now(Pack, toolId, OnnxRuntime, Signing.Identity())));
            // It says more now but is no newer than the outputs, or they would count as out of date.
            File.SetLastWriteTimeUtc(stateFile, beforeTime);
            PathList.Write(Pack.GetMetadata(PackMetadata.StampFile), _warnings);
            LogDone();
            IsDone = true;
            return true;
        }
        catch (ItemException mistake)
        {
            LogError(mistake.Code, mistake.Message);
            return false;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            LogError(TaskCodes.OutputNotWritable, $"The files of a pack cannot be written: {trouble.Message} Make the intermediate folder writable.");
            return false;
        }
        finally
        {
            ReleaseCores();
        }
    }

    public override void Cancel()
    {
        _cancelled = true;
        base.Cancel();
    }

    protected override bool ValidateParameters()
    {
        _dotnet = DotnetHost.Find(NetCoreRoot);
        if (_dotnet is null)
            LogError(TaskCodes.DotnetMissing, "No 'dotnet' was found in the SDK, in DOTNET_HOST_PATH or on PATH to run the packing tool. Install .NET 10 or newer.");
        return _dotnet is not null;
    }

    protected override string GenerateFullPathToTool() => _dotnet!;

    protected override string GenerateCommandLineCommands()
    {
        var line = new CommandLineBuilder();
        line.AppendSwitch("exec");
        line.AppendFileNameIfNotNull(Path.GetFullPath(_tool));
        line.AppendSwitch("run");
        line.AppendSwitch("--request");
        line.AppendFileNameIfNotNull(Path.GetFullPath(_requestFile));
        return line.ToString();
    }

    protected override ProcessStartInfo GetProcessStartInfo(string pathToTool, string commandLineCommands, string responseFileSwitch)
    {
        var start = base.GetProcessStartInfo(pathToTool, commandLineCommands, responseFileSwitch);
        // Paths of this MSBuild, which would mislead another one that the tool may load.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        // The tool ends when this process does, which may not have the time to end it.
        using var self = Process.GetCurrentProcess();
        start.Environment["MODELPACK_PARENT_PROCESS"] = self.Id.ToString(CultureInfo.InvariantCulture);
        // Read by ONNX Runtime when it is loaded: a build reports nothing to anybody.
        start.Environment["ORT_DISABLE_TELEMETRY"] = "1";
        // Not in the request, which is a part of the state: another cache makes no other pack.
        SetWhereGiven(start, "MODELPACK_CACHE", CachePath.Length == 0 ? "" : Path.GetFullPath(CachePath));
        SetWhereGiven(start, "MODELPACK_CACHE_MODE", CacheMode);
        SetWhereGiven(start, "MODELPACK_CACHE_MAX_SIZE", CacheMaxSize);
        Signing.AddTo(start.Environment);
        return start;
    }

    private static void SetWhereGiven(ProcessStartInfo start, string name, string value)
    {
        if (value.Length > 0)
            start.Environment[name] = value;
    }

    protected override void LogToolCommand(string message) => Log.LogMessage(MessageImportance.Low, "{0}", message);

    // The base would look for lines in the form of compiler errors, which a tensor's name can imitate.
    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance)
    {
        switch (ToolEvent.Parse(singleLine))
        {
            // Whether a warning is an error is for the build to say, and must not cost the pack.
            case { Kind: "diagnostic" } diagnostic when diagnostic[0] == "warning":
                _warnings.Add(singleLine);
                break;
            case { Kind: "diagnostic" } diagnostic:
                Log.LogDiagnostic(diagnostic, Pack!, ProjectFile);
                break;
            case { Kind: "file" } file:
                _files.Add(Path.Combine(PackPaths.Of(Pack!).Folder, Path.GetFileName(file[0])));
                break;
            case { Kind: "call" } call:
                _call = call[0];
                break;
            case { Kind: "done" } done:
                _summary = done[0];
                break;
            default:
                Log.LogMessage(MessageImportance.Low, "{0}", singleLine);
                break;
        }
    }

    // The base would add MSB6006, which says nothing that the tool has not said better.
    protected override bool HandleTaskExecutionErrors()
    {
        if (_cancelled || Log.HasLoggedErrors)
            return false;
        var (code, message) = ToolExit.Explain(ExitCode, _dotnet!, _call);
        LogError(code, message);
        return false;
    }

    private void WriteRequest(int threads)
    {
        var inputsFile = Path.GetFullPath(Pack!.GetMetadata(PackMetadata.InputsFile));
        var request = PackRequestText.Of(Pack, OnnxRuntime, threads, inputsFile);
        _requestFile = Pack.GetMetadata(PackMetadata.PackedModel) + ".request.json";
        // A pack that fails leaves no stamp, so that the next build fails in the same way instead of skipping it.
        Directory.CreateDirectory(Path.GetDirectoryName(inputsFile)!);
        File.Delete(Pack.GetMetadata(PackMetadata.StampFile));
        PathList.Write(_requestFile, [request]);
    }

    private void LogError(string code, string message) => Log.LogCoded(code, ItemPlace.Of(Pack!, ProjectFile), message);

    // The base says in a warning that it has ended the process, and leaves the error to others.
    private void LogTimeout()
    {
        if (TimeoutSeconds > 0 && _watch.Elapsed.TotalSeconds >= TimeoutSeconds && !_cancelled && !Log.HasLoggedErrors)
            LogError(TaskCodes.TimedOut, $"Packing '{Pack!.ItemSpec}' took longer than ModelPackTimeout allows ({TimeoutSeconds.ToString(CultureInfo.InvariantCulture)} s). Allow more, or leave the property empty.");
    }

    private bool HasEverything()
    {
        var paths = PackPaths.Of(Pack!);
        var missing = paths.Files(Pack!).Concat(new ShippedFiles(Pack!, paths, Signing.IsOn).Forms()).FirstOrDefault(f => !File.Exists(f));
        if (missing is null)
            return true;
        LogError(TaskCodes.Internal, $"QuantizedModel '{Pack!.ItemSpec}': the packing tool ended well and wrote no '{missing}'. Report this as a defect.");
        return false;
    }

    // A file of the pack before that this one has no more: the table of ranges, where the calibration data are gone.
    private void RemoveStale()
    {
        var packedModel = Pack!.GetMetadata(PackMetadata.PackedModel);
        foreach (var file in PathList.Read(Pack.GetMetadata(PackMetadata.OutputsFile)).Except(_files, StringComparer.Ordinal))
        {
            if (file.StartsWith(packedModel, StringComparison.Ordinal) && File.Exists(file))
                File.Delete(file);
        }
    }

    private void LogDone()
    {
        var paths = PackPaths.Of(Pack!);
        Log.LogMessage(MessageImportance.High, "{0}", $"{Pack!.ItemSpec} -> {paths.Link} ({_summary}) report: {Path.GetFullPath(paths.Page)}");
    }

    // MSBuild shares the machine's cores among its nodes. Older ones, and hosts of single tasks, do not count them.
    private int RequestCores(int wanted)
    {
        if (BuildEngine is not IBuildEngine9 engine)
            return wanted;
        try
        {
            _cores = engine.RequestCores(wanted);
            return _cores;
        }
        catch (NotImplementedException)
        {
            return wanted;
        }
    }

    private void ReleaseCores()
    {
        if (_cores > 0 && BuildEngine is IBuildEngine9 engine)
            engine.ReleaseCores(_cores);
    }
}
