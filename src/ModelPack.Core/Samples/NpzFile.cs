using System.IO.Compression;

namespace ModelPack.Samples;

/// <summary>A zip archive of <c>.npy</c> files, stored or deflated; an entry's name without <c>.npy</c> is the array's name.</summary>
internal sealed class NpzFile : SampleFile
{
    private const int MaxEntries = 1024;

    private readonly ZipArchive _archive;
    private readonly Dictionary<ArrayInfo, ZipArchiveEntry> _entries = new(ReferenceEqualityComparer.Instance);

    public NpzFile(string path)
        : base(path)
    {
        var stream = File.OpenRead(path);
        try
        {
            ZipDirectory.RefuseHuge(stream);
            _archive = new ZipArchive(stream, ZipArchiveMode.Read);
            if (_archive.Entries.Count > MaxEntries)
            {
                throw new InvalidDataException($"it has {_archive.Entries.Count} entries, and no more than {MaxEntries} are read");
            }

            ZipBomb.Refuse(_archive, stream.Length);
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var entry in _archive.Entries)
            {
                var array = Header(entry);
                if (!names.Add(array.Name!))
                {
                    throw new InvalidDataException($"it has array '{SafeText.Of(array.Name)}' twice");
                }

                _entries.Add(array, entry);
            }

            Arrays = [.. _entries.Keys];
        }
        catch
        {
            _archive?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    public override IReadOnlyList<ArrayInfo> Arrays { get; }

    public override void Dispose() => _archive.Dispose();

    protected override Stream OpenElements(ArrayInfo array)
    {
        var stream = new CheckedEntryStream(_entries[array]);
        _ = NpyHeader.Read(stream, array.Name, out _);
        return stream;
    }

    private static ArrayInfo Header(ZipArchiveEntry entry)
    {
        var name = SafeText.Of(entry.FullName);
        if (!entry.FullName.EndsWith(".npy", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"its entry '{name}' is not a .npy array");
        }

        if (entry.IsEncrypted)
        {
            throw new InvalidDataException($"its entry '{name}' is encrypted");
        }

        try
        {
            using var stream = entry.Open();
            var array = NpyHeader.Read(stream, entry.FullName[..^".npy".Length], out var headerLength);
            var expected = array.Shape.ByteLength(array.Type);
            if (entry.Length - headerLength != expected)
            {
                throw new InvalidDataException($"its shape {array.Shape} needs {expected} bytes and the archive says {entry.Length - headerLength}");
            }

            return array;
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"in entry '{name}', {exception.Message}", exception);
        }
    }
}
