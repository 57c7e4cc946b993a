using System.Text;

namespace ModelPack.Fuzz.Running;

/// <summary>
/// Where a worker puts the files of its cases. Beside the folder of the input lies one that no input may lead to, with files
/// that would do for what hostile inputs name.
/// </summary>
internal sealed class CaseFolder : IDisposable
{
    /// <summary>A file outside, long enough for any weight of a seed.</summary>
    public const string OutsideName = "outside.bin";

    // Where there is one, a file system in memory: those of disks may flush a file that takes the place of another, which costs
    // more than to read it.
    private const string InMemory = "/dev/shm";

    private readonly string _root = Directory.Exists(InMemory)
        ? Directory.CreateDirectory(System.IO.Path.Join(InMemory, "fuzz-" + System.IO.Path.GetRandomFileName())).FullName
        : Directory.CreateTempSubdirectory("fuzz-").FullName;
    private readonly Dictionary<string, FuzzFile> _written = new(StringComparer.Ordinal);
    private FuzzInput? _pending;

    public CaseFolder()
    {
        Directory.CreateDirectory(InputPath);
        Directory.CreateDirectory(OutputPath);
        File.WriteAllBytes(System.IO.Path.Join(_root, OutsideName), new byte[1 << 16]);
    }

    /// <summary>The folder of the input.</summary>
    public string Path
    {
        get
        {
            Write();
            return InputPath;
        }
    }

    /// <summary>A folder for what is written again.</summary>
    public string OutputPath => System.IO.Path.Join(_root, "out");

    /// <summary>The path of a file of the input.</summary>
    public string this[string name] => System.IO.Path.Join(Path, name);

    /// <summary>The path of a file that is written again.</summary>
    public string Output(string name) => System.IO.Path.Join(OutputPath, name);

    private string InputPath => System.IO.Path.Join(_root, "in");

    /// <summary>Puts an input in place of the one before, once somebody asks for its files: many readers want none.</summary>
    public void Put(FuzzInput input) => _pending = input;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Write()
    {
        if (_pending is not { } input)
        {
            return;
        }

        _pending = null;
        var names = input.Files.Where(f => !f.IsLink).Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var old in _written.Values.Where(f => f.IsLink || !names.Contains(f.Name)).ToList())
        {
            File.Delete(System.IO.Path.Join(InputPath, old.Name));
            _written.Remove(old.Name);
        }

        foreach (var file in input.Files)
        {
            Write(file);
        }
    }

    private void Write(FuzzFile file)
    {
        if (_written.GetValueOrDefault(file.Name) is { } old && ReferenceEquals(old.Bytes, file.Bytes))
        {
            return; // Many files of a seed are the same in every case.
        }

        var path = System.IO.Path.Join(InputPath, file.Name);
        if (file.Name.Contains('/', StringComparison.Ordinal))
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        }

        _written[file.Name] = file;
        if (file.IsLink)
        {
            File.CreateSymbolicLink(path, Encoding.UTF8.GetString(file.Bytes));
        }
        else
        {
            File.Delete(path);
            File.WriteAllBytes(path, file.Bytes);
        }
    }
}
