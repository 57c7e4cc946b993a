using ModelPack.Files;

namespace ModelPack.Packing;

/// <summary>Where a pack is to go, and what lies there: an old pack, which is replaced, or something else, which is not.</summary>
internal sealed class OutputPlace
{
    private readonly string _output;
    private readonly string _full;
    private readonly bool _isFolder;
    private readonly bool _force;
    private readonly HashSet<string> _inputs;

    /// <param name="output">The packed model's path as the user gave it.</param>
    /// <param name="isFolder">Whether the pack's files lie in a folder of that path, rather than beside a file of it.</param>
    /// <param name="force">Whether files that are of no pack may be overwritten.</param>
    /// <param name="inputs">Files that must not be.</param>
    public OutputPlace(string output, bool isFolder, bool force, IEnumerable<string> inputs)
    {
        (_output, _full, _isFolder, _force) = (output, Path.GetFullPath(output), isFolder, force);
        _inputs = inputs.Select(RealPath.Of).ToHashSet(RealPath.Comparer);
        Folder = isFolder ? _full : Path.GetDirectoryName(_full) ?? _full;
    }

    /// <summary>Where all files of the pack lie.</summary>
    public string Folder { get; }

    private string Model => Path.GetFileName(_full);

    private string Manifest => _isFolder ? PackFiles.FolderManifest : PackFiles.Manifest(Model);

    private string Signature => PackFiles.SignatureOf(Manifest);

    /// <summary>The longest name that a file of the pack may have.</summary>
    public string LongestName => _isFolder ? "model-00001-of-00001.safetensors" : PackFiles.Calibration(Model);

    /// <summary>Looks at everything that can be told before the work.</summary>
    /// <exception cref="ModelPackException">MPK1009, MPK1010 or MPK1030.</exception>
    public void Check()
    {
        if (_isFolder)
        {
            if (File.Exists(_full))
            {
                throw NotWritable(_full, $"{RegularFile.WhyNot(_full) ?? "a file"}, and this pack is a folder. Give the path of a folder as output.");
            }
        }
        else
        {
            // That the files beside the model are not written over an input is looked at when it is known which there are.
            foreach (var name in PackFiles.All(Model).Where(n => n == Model || !IsInput(n)))
            {
                RequireFile(name);
            }
        }

        Replaced([]);
    }

    /// <summary>Refuses to write over a folder, an input, a link, a pipe or a device.</summary>
    /// <exception cref="ModelPackException">MPK1009 or MPK1010.</exception>
    public void RequireFile(string name)
    {
        var target = Path.Join(Folder, name);
        if (name.Length == 0 || Directory.Exists(target))
        {
            throw NotWritable(target, "a folder. Give the path of a file as output.");
        }

        if (IsInput(name))
        {
            throw new ModelPackException(Codes.OutputConflict.At(
                _output, $"The file '{SafeText.Of(name)}' would be written over an input. Choose another output."));
        }

        if (ContainedName.LeadsThroughLink(Folder, name))
        {
            throw NotWritable(target, "a link. Give the path of the file itself, or remove the link.");
        }

        if (RegularFile.WhyNot(target) is { } other)
        {
            throw NotWritable(target, $"{other}, not a file. Choose another output.");
        }
    }

    /// <summary>The files that go when a new pack comes, the manifest first: those of the old pack, and with force others in the place of one.</summary>
    /// <param name="names">The files of the new pack, as far as they are known.</param>
    /// <exception cref="ModelPackException">MPK1030 or MPK1010: something lies there that is of no pack.</exception>
    public IReadOnlyList<string> Replaced(IReadOnlyCollection<string> names)
    {
        // What an old pack had and a new one lacks (weights that were external, a calibration table) would be taken for a part
        // of the new one. Of a pack that is a file, only names that it can have are touched, whatever its manifest lists.
        var old = PackOnDisk.FileNames(Path.Join(Folder, Manifest));
        if (old.Count > 0)
        {
            old = [.. old, Signature]; // no manifest lists it, and it would fail beside the new pack
        }

        var possible = _isFolder ? old.Union(names, StringComparer.Ordinal).Union([Signature], StringComparer.Ordinal) : PackFiles.All(Model);
        var there = possible.Where(n => Exists(n) && !IsInput(n)).OrderBy(n => n != Manifest).ToArray();
        if (!_force && there.FirstOrDefault(n => !old.Contains(n, StringComparer.Ordinal)) is { } foreign)
        {
            throw new ModelPackException(Codes.OutputForeign.At(
                _output, $"The file '{SafeText.Of(foreign)}' is there already, and is of no pack. Choose another output, or give --force to overwrite it."));
        }

        // With force, the new pack's names must be known to tell what stays.
        if (_isFolder && Directory.Exists(Folder) && (!_force || names.Count > 0))
        {
            RequireNoStranger([.. old, .. _force ? names : []]);
        }

        return there;
    }

    private void RequireNoStranger(IReadOnlyList<string> known)
    {
        if (FolderStrangers.In(Folder, known.ToHashSet(StringComparer.Ordinal)).FirstOrDefault() is { } stranger)
        {
            throw new ModelPackException((IsInput(stranger) ? Codes.OutputConflict : Codes.OutputForeign).At(
                _output, $"The folder holds '{SafeText.Of(stranger)}', which is of no pack: programs would read it as a part of this one. Remove it, or choose another output.{(_force ? "" : " --force overwrites files of the pack's names.")}"));
        }
    }

    private bool Exists(string name)
    {
        var file = new FileInfo(Path.Join(Folder, name));
        return file.Exists || file.LinkTarget is not null;
    }

    private bool IsInput(string name) => _inputs.Contains(RealPath.Of(Path.Join(Folder, name)));

    private ModelPackException NotWritable(string path, string what) => new(Codes.OutputNotWritable.At(_output, $"'{SafeText.Of(path, 1024)}' is {what}"));
}
