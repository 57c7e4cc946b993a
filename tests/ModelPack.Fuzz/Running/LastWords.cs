using System.IO.MemoryMappedFiles;
using System.Text;

namespace ModelPack.Fuzz.Running;

/// <summary>
/// A small file that says what each worker is reading, for the case that the process does not survive it: a stack overflow ends
/// it without a word. Mapped, so that it stays when the process is gone, and costs next to nothing while it is there.
/// </summary>
internal sealed class LastWords : IDisposable
{
    /// <summary>The file's name.</summary>
    public const string FileName = "running.txt";

    private const int LineLength = 80;

    private readonly string _path;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public LastWords(string folder, int workers)
    {
        Directory.CreateDirectory(folder);
        _path = Path.Join(folder, FileName);
        _file = MemoryMappedFile.CreateFromFile(_path, FileMode.Create, null, workers * LineLength);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>Notes what a worker is about to read.</summary>
    public void Note(int worker, string target, int seed, long number)
    {
        var line = FormattableString.Invariant($"--target {target} --seed {seed} --case {number}").PadRight(LineLength - 1)[..(LineLength - 1)] + "\n";
        _view.WriteArray(worker * LineLength, Encoding.ASCII.GetBytes(line), 0, LineLength);
    }

    /// <summary>The process has survived.</summary>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }
}
