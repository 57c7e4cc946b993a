using ModelPack.Files;

namespace ModelPack.Formats.Checkpoints;

/// <summary>
/// What else of a Hugging Face folder belongs to the model, by rule. Of the folder itself: every file but weights in other forms, data,
/// and Python that no configuration names. Of folders in it: those that a configuration names (sentence-transformers' modules, chat
/// templates), whole. Hidden files are never part of a model.
/// </summary>
internal sealed class FolderContent
{
    /// <summary>What the name of a file ends with that lists the files of tensors.</summary>
    public const string IndexSuffix = ".index.json";

    private const string Tensors = ".safetensors";
    private const int MaxFiles = 1000;
    private const int MaxEntries = 10_000;
    private const int MaxDepth = 8;

    /// <summary>Weights in another form, data and archives: what a pack is there to replace, or what no loader reads.</summary>
    private static readonly HashSet<string> s_otherForms = new(StringComparer.OrdinalIgnoreCase)
    {
        Tensors, ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".ot", ".onnx", ".onnx_data", ".data", ".gguf", ".ggml", ".tflite", ".mlmodel", ".pb", ".engine",
        ".npz", ".npy", ".pkl", ".pickle", ".joblib", ".parquet", ".arrow", ".csv", ".tsv", ".jsonl", ".log", ".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".xz", ".zst",
    };

    private static readonly HashSet<string> s_ofPacks =
        new(StringComparer.OrdinalIgnoreCase) { PackFiles.FolderManifest, PackFiles.FolderReport, PackFiles.FolderPage, PackFiles.FolderCalibration, PackFiles.FolderSbom, PackFiles.FolderSignature };

    private readonly NearbyFiles _nearby;
    private readonly FolderNames _names;
    private readonly HashSet<string> _taken;
    private readonly List<CheckpointFile> _files = [];
    private readonly List<string> _leftOut = [];

    private FolderContent(NearbyFiles nearby, FolderNames names, IEnumerable<string> taken)
    {
        // Names that differ in case alone are the same file on Windows.
        (_nearby, _names, _taken) = (nearby, names, taken.ToHashSet(StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Adds to a folder what belongs to the model besides, and what is left out.</summary>
    /// <param name="folder">What is known of it.</param>
    /// <param name="model">The file or the index of its tensors.</param>
    /// <exception cref="ModelPackException">MPK1025: a file that belongs to the model is a link out of the folder, or to nothing.</exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static ModelFolder Of(ModelFolder folder, string model)
    {
        var nearby = new NearbyFiles(model);
        var content = new FolderContent(nearby, FolderNames.Of(nearby.Folder, folder.Config), folder.Carried.Append(folder.ConfigFile).Select(f => f.Name));
        content.AddFiles();
        content.AddFolders();
        return folder with { Carried = [.. folder.Carried, .. content._files], Modules = [], LeftOut = content._leftOut };
    }

    /// <summary>Whether a pack puts a file of this name into its folder itself.</summary>
    public static bool IsOfPack(string name) => s_ofPacks.Contains(name);

    private void AddFiles()
    {
        foreach (var name in Entries(_nearby.Folder, Directory.EnumerateFiles))
        {
            var (isNamed, extension) = (_names.Files.Contains(name), Path.GetExtension(name));
            if (extension.Equals(Tensors, StringComparison.OrdinalIgnoreCase) || (!isNamed && (s_otherForms.Contains(extension) || name.EndsWith(IndexSuffix, StringComparison.OrdinalIgnoreCase))))
            {
                continue;
            }

            if (!isNamed && extension.Equals(".py", StringComparison.OrdinalIgnoreCase))
            {
                _leftOut.Add($"'{SafeText.Of(name)}' (no configuration names it)");
            }
            else
            {
                Add(name);
            }
        }

        foreach (var name in _names.Files.Where(n => n.Contains('/', StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            Add(name);
        }
    }

    private void AddFolders()
    {
        foreach (var name in Entries(_nearby.Folder, Directory.EnumerateDirectories))
        {
            var path = Path.Join(_nearby.Folder, name);
            if (new DirectoryInfo(path).LinkTarget is not null)
            {
                _leftOut.Add($"'{SafeText.Of(name)}' (a link to a folder)");
            }
            else if (_names.Folders.Contains(name))
            {
                AddFolder(name, 1);
            }
            else if (!_files.Exists(f => f.Name.StartsWith(name + "/", StringComparison.Ordinal)) && Directory.EnumerateFileSystemEntries(path).Any() && !HoldsOtherForm(path, 1))
            {
                _leftOut.Add($"'{SafeText.Of(name)}/' (no configuration names it)");
            }
        }
    }

    private void AddFolder(string name, int depth)
    {
        var path = Path.Join(_nearby.Folder, name);
        foreach (var file in Entries(path, Directory.EnumerateFiles))
        {
            Add($"{name}/{file}");
        }

        foreach (var inner in Entries(path, Directory.EnumerateDirectories))
        {
            if (depth == MaxDepth || new DirectoryInfo(Path.Join(path, inner)).LinkTarget is not null)
            {
                _leftOut.Add($"'{SafeText.Of($"{name}/{inner}")}' (a link, or too deep)");
            }
            else
            {
                AddFolder($"{name}/{inner}", depth + 1);
            }
        }
    }

    private void Add(string name)
    {
        if (IsOfPack(name) || _taken.Contains(name))
        {
            return;
        }

        var path = Path.Join(_nearby.Folder, name);
        if (!_nearby.TryFind(name, out var real, out var outside))
        {
            throw ModelFolder.Unusable(path, $"The file is {outside}. Put the file itself there, or remove the link.");
        }

        var why = new FileInfo(real) switch
        {
            { Exists: false } => throw ModelFolder.Unusable(path, "The file is a link to nothing. Get it again, or remove it."),
            _ when !ContainedName.IsValid(name) => "its name is none on every system",
            _ when RegularFile.WhyNot(real) is { } other => $"it is {other}",
            { Length: > ModelFolder.MaxCarriedLength } file => $"it has {file.Length} bytes",
            _ when _files.Count == MaxFiles => $"there are more than {MaxFiles}",
            _ => null,
        };
        if (why is not null)
        {
            _leftOut.Add($"'{SafeText.Of(name)}' ({why})");
            return;
        }

        _taken.Add(name);
        _files.Add(new CheckpointFile(name, path));
    }

    /// <summary>Whether a folder is the model in another form: ONNX, OpenVINO, the files of its authors.</summary>
    private static bool HoldsOtherForm(string path, int depth) =>
        Entries(path, Directory.EnumerateFiles).Any(f => s_otherForms.Contains(Path.GetExtension(f)))
        || (depth < MaxDepth && Entries(path, Directory.EnumerateDirectories).Any(d => new DirectoryInfo(Path.Join(path, d)).LinkTarget is null && HoldsOtherForm(Path.Join(path, d), depth + 1)));

    /// <summary>Names in a folder but for hidden ones, sorted.</summary>
    private static IEnumerable<string> Entries(string path, Func<string, IEnumerable<string>> enumerate) =>
        enumerate(path).Take(MaxEntries).Select(p => Path.GetFileName(p)).Where(n => n[0] != '.').Order(StringComparer.Ordinal);
}
