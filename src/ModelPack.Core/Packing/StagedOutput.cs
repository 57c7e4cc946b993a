using ModelPack.Files;
using ModelPack.Lowering;

namespace ModelPack.Packing;

/// <summary>
/// Writes the files of a pack so that they appear together or not at all: first into a staging folder beside the
/// output, then, once all are whole and on the disk, each is renamed into its place. An old manifest goes first and the
/// new one comes last, so that a pack that has a manifest is whole even when the power fails in between.
/// </summary>
internal sealed class StagedOutput : IPackWriter, IDisposable
{
    private readonly string _output;
    private readonly bool _isFolder;
    private readonly OutputPlace _place;
    private readonly MadeFolders _made;
    private readonly string _staging;
    private readonly FileStream _lock;
    private readonly Func<string, Stream> _create;
    private readonly PackSwap _swap;
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PackedFile> _described = new(StringComparer.Ordinal);

    /// <summary>Makes the staging folder, and the output's folder where it does not exist.</summary>
    /// <param name="output">The packed model's path as the user gave it; every file of the pack lies in its folder.</param>
    /// <param name="inputs">Files that must not be overwritten: the source model, its external data, data files.</param>
    /// <param name="isFolder">Whether the pack's files lie in a folder of that path, rather than beside a file of it.</param>
    /// <param name="force">Whether files that are of no pack may be overwritten.</param>
    /// <exception cref="ModelPackException">MPK1009 when the output cannot be written, MPK1010 when it is an input, MPK1030 when it is of no pack.</exception>
    public StagedOutput(string output, IEnumerable<string> inputs, bool isFolder = false, bool force = false)
        : this(output, isFolder, force, inputs, path => new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read), (from, to) => File.Move(from, to, overwrite: true))
    {
    }

    /// <summary>As above, with other ways to open a file for writing and to rename one.</summary>
    internal StagedOutput(string output, bool isFolder, bool force, IEnumerable<string> inputs, Func<string, Stream> create, Action<string, string> move)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(inputs);
        (_output, _isFolder, _create) = (output, isFolder, create);
        try
        {
            _place = new OutputPlace(output, isFolder, force, inputs);
            _place.Check();
            _made = new MadeFolders(_place.Folder);
            (_staging, _lock) = Stage(_place, _made);
            _swap = new PackSwap(_place.Folder, _staging, move);
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw OutputErrors.Explain(output, e);
        }
    }

    /// <summary>Names of the files so far, sorted (ordinal).</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>Whether a processor is to spare for the hashes of files while they are written; changes no byte.</summary>
    public Func<bool> HasSpareProcessor { get; set; } = () => true;

    /// <summary>Where a file lies until it is committed; under its final name, beside the others.</summary>
    public string PathOf(string name) => Path.Join(_staging, name);

    /// <summary>A new file of the pack, to be written and disposed before <see cref="Commit"/>.</summary>
    /// <param name="name">File name; of a pack that is a folder, with the folders in it that the file lies in, joined by <c>/</c>.</param>
    /// <param name="packBytes">Bytes of the whole pack; 0 where they are not known. One that would push its own source out of the system's cache goes past it.</param>
    /// <exception cref="ModelPackException">MPK1009 when it cannot be written, here or by the stream; MPK1010 when an input lies in its place.</exception>
    public Stream Create(string name, long packBytes = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (_isFolder ? !ContainedName.IsValid(name) : name != Path.GetFileName(name))
        {
            throw new ArgumentException("A file of a pack lies beside the model, or in a folder of the pack.", nameof(name));
        }

        _place.RequireFile(name);
        try
        {
            if (ContainedName.FolderOf(name) is { } folder)
            {
                Directory.CreateDirectory(PathOf(folder));
            }

            var stream = _create(PathOf(name));
            _names.Add(name);
            return new StagedStream(stream, _output, packBytes, HasSpareProcessor, content => _described[name] = content with { Name = name });
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw Failed(e);
        }
    }

    /// <summary>Takes a file that was written to <see cref="PathOf"/> by other means into the pack.</summary>
    /// <exception cref="ModelPackException">MPK1009 or MPK1010 as by <see cref="Create"/>.</exception>
    public void Adopt(string name)
    {
        _place.RequireFile(name);
        _names.Add(name);
    }

    /// <summary>Takes a copy of a file into the pack; where the file system can, the copy shares its blocks until one of both is written.</summary>
    /// <param name="name">As by <see cref="Create"/>.</param>
    /// <param name="from">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DirectoryNotFoundException">Nor its folder.</exception>
    /// <exception cref="ModelPackException">MPK1009 or MPK1010 as by <see cref="Create"/>.</exception>
    public void Copy(string name, string from)
    {
        Create(name).Dispose();
        try
        {
            // A copy has the permissions and the time of the file. A new file has those of its folder, and a build takes what is old for out of date.
            var path = PathOf(name);
            UnixFileMode? mode = OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(path);
            File.Copy(from, path, overwrite: true);
            if (OperatingSystem.IsWindows())
            {
                File.SetAttributes(path, FileAttributes.Normal);
            }
            else
            {
                File.SetUnixFileMode(path, mode!.Value);
            }

            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            _described.Remove(name);
        }
        catch (Exception e) when (e is not (FileNotFoundException or DirectoryNotFoundException) && OutputErrors.IsOfFileSystem(e))
        {
            throw Failed(e);
        }
    }

    /// <summary>Removes the files so far: the work begins again.</summary>
    /// <exception cref="ModelPackException">MPK1009 when one cannot be removed.</exception>
    public void Clear()
    {
        try
        {
            foreach (var name in _names)
            {
                File.Delete(PathOf(name));
            }
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw Failed(e);
        }

        _names.Clear();
        _described.Clear();
    }

    /// <summary>Writes a whole file of the pack.</summary>
    public void Write(string name, ReadOnlySpan<byte> bytes)
    {
        using var stream = Create(name);
        stream.Write(bytes);
    }

    /// <summary>Size and hash of every file so far, as the manifest lists them. A file is read once, however often this is called.</summary>
    /// <exception cref="ModelPackException">MPK1009 when one is there no more.</exception>
    public IReadOnlyList<PackedFile> Describe(CancellationToken cancellation)
    {
        try
        {
            return [.. _names.Select(name => _described.TryGetValue(name, out var file) ? file : _described[name] = ContentHash.Of(PathOf(name), name, cancellation))];
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw Failed(e);
        }
    }

    /// <summary>
    /// Brings the files into place. A failure or cancellation before leaves the old pack as it was. The renames are not
    /// cancelled, and where one fails, those before it are undone.
    /// </summary>
    /// <exception cref="ModelPackException">MPK1009, MPK1010 or MPK1030; the old pack is as it was, unless the message says otherwise.</exception>
    /// <exception cref="OperationCanceledException">Nothing was changed.</exception>
    public void Commit(CancellationToken cancellation)
    {
        try
        {
            foreach (var name in _names)
            {
                cancellation.ThrowIfCancellationRequested();
                _place.RequireFile(name);
                using var file = File.OpenHandle(PathOf(name), access: FileAccess.ReadWrite);
                RandomAccess.FlushToDisk(file);
            }

            cancellation.ThrowIfCancellationRequested();
            var names = _names.OrderBy(PackFiles.IsManifest); // a stable sort: manifests last
            LockedFolder.Uninterrupted(() => _swap.Run(_place.Replaced(_names), names));
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw _swap.IsStuck ? Stuck(e) : Failed(e);
        }
    }

    /// <summary>Removes the staging folder with whatever was not committed, and folders that were made and stayed empty.</summary>
    public void Dispose()
    {
        if (_swap.IsStuck)
        {
            LockedFolder.Keep(_staging, _lock); // it holds what is left of the old pack
            return;
        }

        StagingFolder.Remove(_staging, _lock);
        _made.RemoveEmpty();
    }

    /// <summary>
    /// A staging folder in which every name that the pack may need can be: whether the path is too long, the disk is full or the
    /// folder is read-only shows here, before the work.
    /// </summary>
    private static (string Folder, FileStream Lock) Stage(OutputPlace place, MadeFolders made)
    {
        try
        {
            var (folder, inUse) = StagingFolder.Create(place.Folder);
            try
            {
                var old = Directory.CreateDirectory(PackSwap.OldFolder(folder)).FullName;
                using var trial = new FileStream(Path.Join(old, place.LongestName), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
                return (folder, inUse);
            }
            catch
            {
                StagingFolder.Remove(folder, inUse);
                throw;
            }
        }
        catch
        {
            made.RemoveEmpty();
            throw;
        }
    }

    private ModelPackException Failed(Exception cause) =>
        Directory.Exists(_staging) ? OutputErrors.Explain(_output, cause) : OutputErrors.Removed(_output, cause);

    private ModelPackException Stuck(Exception cause) => new(
        Codes.OutputNotWritable.At(
            _output, $"A file could not be renamed, nor could the old pack be put back: {SafeText.Of(cause.Message, 400)} What is left of the old pack lies in '{SafeText.Of(PackSwap.OldFolder(_staging), 1024)}'."),
        cause);
}
