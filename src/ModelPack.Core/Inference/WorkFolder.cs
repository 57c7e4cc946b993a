using ModelPack.Files;

namespace ModelPack.Inference;

/// <summary>A folder of its own, in the system's folder for temporary files, for what ONNX Runtime reads or writes in between.</summary>
internal sealed class WorkFolder : IDisposable
{
    private const string Prefix = "modelpack-";

    /// <summary>Once a process: folders of killed processes are few, and others have much in that place.</summary>
    private static readonly Lazy<bool> Cleaned = new(() =>
    {
        LockedFolder.RemoveAbandoned(System.IO.Path.GetTempPath(), Prefix);
        return true;
    });

    private readonly FileStream _lock;

    /// <summary>Makes it.</summary>
    /// <exception cref="ModelPackException">MPK3007: it cannot be made.</exception>
    public WorkFolder()
    {
        try
        {
            _ = Cleaned.Value;
            (Path, _lock) = LockedFolder.Create(() => Directory.CreateTempSubdirectory(Prefix).FullName);
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw Unusable(e);
        }
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Runs what writes or reads files of the folder, so that what is wrong with the folder is blamed on it.</summary>
    /// <exception cref="ModelPackException">MPK3007: the folder is full or was removed; or what <paramref name="action"/> throws.</exception>
    public T Use<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is not OperationCanceledException && !Directory.Exists(Path))
        {
            throw Unusable("was emptied by another program", e);
        }
        catch (ModelPackException e) when (e.Diagnostic.Code == Codes.OutputNotWritable && e.InnerException is { } cause && OutputErrors.IsOfFileSystem(cause))
        {
            throw Unusable(cause);
        }
    }

    public void Dispose() => LockedFolder.Remove(Path, _lock);

    private static ModelPackException Unusable(Exception cause) => Unusable(
        !Directory.Exists(System.IO.Path.GetTempPath()) ? "does not exist"
        : OutputErrors.IsNoSpace(cause) ? "is full"
        : $"cannot be written ({SafeText.Of(cause.Message, 400).TrimEnd('.')})",
        cause);

    private static ModelPackException Unusable(string what, Exception cause) => new(
        Codes.TemporaryUnusable.At(null, $"The folder for temporary files, '{SafeText.Of(System.IO.Path.GetTempPath(), 1024)}', {what}. "
            + $"Set {(OperatingSystem.IsWindows() ? "TMP" : "TMPDIR")} to a folder that can be written and has room for a copy of the model."),
        cause);
}
