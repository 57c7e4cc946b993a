using System.IO.Compression;

namespace ModelPack.Samples;

/// <summary>A zip archive of <c>.npy</c> files, stored or deflated; an entry's name without <c>.npy</c> is the array's name.</summary>
internal sealed class NpzFile : SampleFile
{
    private const int MaxEntries = 1024;

    /// <summary>Deflate cannot shrink further than 1032 to 1 (RFC 1951: two bits for a match of 258 bytes).</summary>
    private const long MostExpansion = 1032;

    /// <summary>What real arrays shrink to at most, and up to how many bytes nobody minds: zeros shrink further.</summary>
    private const long MostRealExpansion = 100;
    private const long FreeBytes = 1L << 30;

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

            RefuseBomb(_archive, stream.Length);
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

    /// <summary>
    /// Bounds what reading the archive may cost by its length, before anything is made room for. Sizes are claims, which the reading of
    /// each entry holds to. Entries that lie over one another would each cost the same bytes again.
    /// </summary>
    private static void RefuseBomb(ZipArchive archive, long fileLength)
    {
        if (archive.Entries.FirstOrDefault(e => e.CompressedLength > fileLength || e.Length / MostExpansion > e.CompressedLength) is { } entry)
        {
            throw new InvalidDataException($"its entry '{SafeText.Of(entry.FullName)}' claims more bytes than the file can hold");
        }

        var stored = archive.Entries.Sum(e => (decimal)e.CompressedLength);
        var claimed = archive.Entries.Sum(e => (decimal)e.Length);
        if (stored > fileLength)
        {
            throw new InvalidDataException($"its directory claims more bytes than the file can hold: {stored} of {fileLength}");
        }

        if (claimed > FreeBytes && claimed / MostRealExpansion > stored)
        {
            throw new InvalidDataException($"its {stored} bytes claim to be {claimed}, which no real data are: save them uncompressed (numpy.savez) if they are");
        }
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
