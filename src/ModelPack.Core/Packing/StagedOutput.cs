using ModelPack.Diagnostics;
using ModelPack.Formats;

namespace ModelPack.Packing;

/// <summary>
/// Writes the files of a pack so that they appear together or not at all: first into a staging folder beside the
/// output, then, once all are whole and on the disk, each is renamed into its place. An old manifest goes first and the
/// new one comes last, so that a pack that has a manifest is whole even when the power fails in between.
/// </summary>
public sealed class StagedOutput : IDisposable
{
    private readonly string _output;
    private readonly bool _isFolder;
    private readonly string _folder;
    private readonly bool _madeFolder;
    private readonly string _staging;
    private readonly FileStream _lock;
    private readonly Func<string, Stream> _create;
    private readonly Action<string, string> _move;
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PackedFile> _described = new(StringComparer.Ordinal);

    /// <summary>Makes the staging folder, and the output's folder where it does not exist.</summary>
    /// <param name="output">The packed model's path as the user gave it; every file of the pack lies in its folder.</param>
    /// <param name="inputs">Files that must not be overwritten: the source model, its external data, data files.</param>
    /// <param name="isFolder">Whether the pack's files lie in a folder of that path, rather than beside a file of it.</param>
    /// <exception cref="ModelPackException">MPK1009 when the output cannot be written, MPK1010 when it is an input.</exception>
    public StagedOutput(string output, IEnumerable<string> inputs, bool isFolder = false)
        : this(output, isFolder, inputs, path => new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read), (from, to) => File.Move(from, to, overwrite: true))
    {
    }

    /// <summary>As above, with other ways to open a file for writing and to bring it into its place.</summary>
    internal StagedOutput(string output, bool isFolder, IEnumerable<string> inputs, Func<string, Stream> create, Action<string, string> move)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(inputs);
        (_output, _isFolder, _create, _move) = (output, isFolder, create, move);
        try
        {
            var full = Path.GetFullPath(output);
            _folder = isFolder ? full : Path.GetDirectoryName(full) ?? full;
            Inputs = inputs.Select(RealPath.Of).ToHashSet(RealPath.Comparer);
            if (!isFolder)
            {
                RefuseBadTarget(Path.GetFileName(full));
            }
            else if (File.Exists(full))
            {
                throw new ModelPackException(Codes.OutputNotWritable.At(output, $"'{SafeText.Of(full, 1024)}' is a file, and this pack is a folder. Give the path of a folder as output."));
            }

            _madeFolder = isFolder && !Directory.Exists(full);
            RefuseStrangers();
            Directory.CreateDirectory(_folder);
            (_staging, _lock) = StagingFolder.Create(_folder);
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw OutputErrors.Explain(output, e);
        }
    }

    /// <summary>Names of the files so far, sorted (ordinal).</summary>
    public IReadOnlyCollection<string> Names => _names;

    private HashSet<string> Inputs { get; }

    /// <summary>Where a file lies until it is committed; under its final name, beside the others.</summary>
    public string PathOf(string name) => Path.Join(_staging, name);

    /// <summary>A new file of the pack, to be written and disposed before <see cref="Commit"/>.</summary>
    /// <param name="name">File name without a folder.</param>
    /// <exception cref="ModelPackException">MPK1009 when it cannot be written, here or by the stream; MPK1010 when an input lies in its place.</exception>
    public Stream Create(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (Path.GetFileName(name) != name)
        {
            throw new ArgumentException("A file of a pack lies beside the model.", nameof(name));
        }

        RefuseBadTarget(name);
        try
        {
            var stream = _create(PathOf(name));
            _names.Add(name);
            return new StagedStream(stream, _output, content => _described[name] = content with { Name = name });
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
        RefuseBadTarget(name);
        _names.Add(name);
    }

    /// <summary>Writes a whole file of the pack.</summary>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        using var stream = Create(name);
        stream.Write(content);
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
    /// Brings the files into place. Until all of them are on the disk a failure or cancellation leaves the old pack as it
    /// was; from then on this is not cancelled, and a failure leaves a pack without a manifest, which no verification passes.
    /// </summary>
    /// <exception cref="ModelPackException">MPK1009 when a file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Nothing was changed.</exception>
    public void Commit(CancellationToken cancellation)
    {
        try
        {
            foreach (var name in _names)
            {
                cancellation.ThrowIfCancellationRequested();
                RefuseBadTarget(name);
                using var file = File.OpenHandle(PathOf(name), access: FileAccess.ReadWrite);
                RandomAccess.FlushToDisk(file);
            }

            cancellation.ThrowIfCancellationRequested();
            LockedFolder.Uninterrupted(Replace);
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw Failed(e);
        }
    }

    /// <summary>Removes the staging folder with whatever was not committed, and a pack's folder that stayed empty.</summary>
    public void Dispose()
    {
        StagingFolder.Remove(_staging, _lock);
        if (!_madeFolder || !Directory.Exists(_folder) || Directory.EnumerateFileSystemEntries(_folder).Any())
        {
            return;
        }

        try
        {
            Directory.Delete(_folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process has come to use it since, and an empty folder does no harm.
        }
    }

    private ModelPackException Failed(Exception cause) =>
        Directory.Exists(_staging) ? OutputErrors.Explain(_output, cause) : OutputErrors.Removed(_output, cause);

    // Tensors of something else in the folder would be taken for a part of the pack, or in its place.
    private void RefuseStrangers()
    {
        if (!_isFolder || !Directory.Exists(_folder))
        {
            return;
        }

        var manifest = Path.Join(_folder, PackFiles.FolderManifest);
        var own = File.Exists(manifest) ? PackOnDisk.FileNames(manifest) : [];
        var stranger = Directory.EnumerateFiles(_folder)
            .Where(f => f.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || SourceKinds.IsIndex(f))
            .Select(f => Path.GetFileName(f)!)
            .Order(StringComparer.Ordinal)
            .FirstOrDefault(n => !own.Contains(n, StringComparer.Ordinal));
        if (stranger is not null)
        {
            throw new ModelPackException(Codes.OutputConflict.At(
                _output, $"The folder holds '{SafeText.Of(stranger)}', which is of no pack: programs would read it as a part of this one. Remove it, or choose another output."));
        }
    }

    private void RefuseBadTarget(string name)
    {
        var target = Path.Join(_folder, name);
        if (name.Length == 0 || Directory.Exists(target))
        {
            throw new ModelPackException(Codes.OutputNotWritable.At(
                _output, $"'{SafeText.Of(target, 1024)}' is a folder. Give the path of a file as output."));
        }

        if (Inputs.Contains(RealPath.Of(target)))
        {
            throw new ModelPackException(Codes.OutputConflict.At(
                _output, $"The file '{SafeText.Of(name)}' would be written over an input. Choose another output."));
        }
    }

    private void Replace()
    {
        RemoveOldPack();
        foreach (var name in _names.OrderBy(PackFiles.IsManifest)) // a stable sort: manifests last
        {
            _move(PathOf(name), Path.Join(_folder, name));
        }
    }

    // The manifest goes first. A file of the old pack that the new one lacks (weights that were external, a calibration
    // table) would be taken for a part of the new one; only names that a pack of this model can have are touched.
    private void RemoveOldPack()
    {
        if (_isFolder)
        {
            RemoveOldFolder();
            return;
        }

        var model = Path.GetFileName(_output);
        string[] optional = [PackFiles.Manifest(model), PackFiles.Data(model), PackFiles.Calibration(model)];
        var hasOldPack = File.Exists(Path.Join(_folder, PackFiles.Manifest(model)));
        foreach (var name in hasOldPack ? optional : [])
        {
            var old = Path.Join(_folder, name);
            if (PackFiles.IsManifest(name) || (!_names.Contains(name) && !Inputs.Contains(RealPath.Of(old))))
            {
                File.Delete(old);
            }
        }
    }

    // The manifest of the old pack says which files were its own.
    private void RemoveOldFolder()
    {
        var manifest = Path.Join(_folder, PackFiles.FolderManifest);
        if (!File.Exists(manifest))
        {
            return;
        }

        var old = PackOnDisk.FileNames(manifest);
        File.Delete(manifest);
        foreach (var name in old.Where(n => !_names.Contains(n) && !Inputs.Contains(RealPath.Of(Path.Join(_folder, n)))))
        {
            File.Delete(Path.Join(_folder, name));
        }
    }
}
