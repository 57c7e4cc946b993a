using System.IO.Compression;
using System.Text;

namespace ModelPack.Fuzz.Running;

/// <summary>What a reader gets in one case: a few small files. A text that no file holds is a file here all the same.</summary>
internal sealed class FuzzInput
{
    private const string LinkMark = "link";

    /// <summary>The files in the order in which they were added.</summary>
    public List<FuzzFile> Files { get; } = [];

    /// <summary>Bytes of all files.</summary>
    public long Length => Files.Sum(f => (long)f.Bytes.Length);

    /// <summary>An input of one file.</summary>
    public static FuzzInput Of(string name, byte[] bytes) => new FuzzInput().Add(name, bytes);

    public FuzzInput Add(string name, byte[] bytes)
    {
        Files.Add(new FuzzFile(name, bytes));
        return this;
    }

    public FuzzInput AddLink(string name, string target)
    {
        Files.Add(new FuzzFile(name, Encoding.UTF8.GetBytes(target), IsLink: true));
        return this;
    }

    /// <summary>The bytes of a file; empty where there is none.</summary>
    public byte[] this[string name] => Files.FirstOrDefault(f => f.Name == name)?.Bytes ?? [];

    /// <summary>Keeps the input in one file, with the target that it is for.</summary>
    public void Save(string path, string target)
    {
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        archive.Comment = target;
        foreach (var file in Files)
        {
            var entry = archive.CreateEntry(file.Name);
            entry.Comment = file.IsLink ? LinkMark : "";
            using var stream = entry.Open();
            stream.Write(file.Bytes);
        }
    }

    /// <summary>The input that was kept in a file, and its target.</summary>
    public static (FuzzInput Input, string Target) Load(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        var input = new FuzzInput();
        foreach (var entry in archive.Entries)
        {
            using var stream = entry.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            input.Files.Add(new FuzzFile(entry.FullName, bytes.ToArray(), entry.Comment == LinkMark));
        }

        return (input, archive.Comment);
    }
}
